/* Key figures, in the conventions of empyrical, quantstats and PerformanceAnalytics where they agree: simple returns,
 * risk-free rate 0, years of n / periods, sample deviation (ddof 1) for Sharpe, all returns in Sortino's denominator. */

#include "core/analytics/metrics.h"

#include <glib/gi18n.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_PER_YEAR 365.0 /* crypto never closes */
#define TAIL 0.05
#define EPSILON 1e-15       /* a deviation below is rounding */

/* 152 round trips tell a win rate of 60 % from a coin's at 5 % error and 80 % power; 90 days are what a Sharpe ratio needs
 * to say anything at all, and what the user of a trial period waits for. */
#define ENOUGH_TRADES 152
#define ENOUGH_DAYS   90

#define NONE ((double) NAN)

static const TfMetricInfo infos[TF_N_METRICS] = {
  [TF_METRIC_TOTAL_RETURN] = { "total_return", N_("Total return"), N_("Gain on the capital since the start."),
    TF_METRIC_FRACTION, NONE, TF_SAMPLE_DAYS, 0 },
  [TF_METRIC_CAGR] = { "cagr", N_("Yearly return"), N_("The growth a year that would lead to the same total."),
    TF_METRIC_FRACTION, 0.20, TF_SAMPLE_DAYS, ENOUGH_DAYS },
  [TF_METRIC_VOLATILITY] = { "annual_volatility", N_("Volatility"), N_("Standard deviation of the returns, a year."),
    TF_METRIC_FRACTION, NONE, TF_SAMPLE_DAYS, 7 },
  [TF_METRIC_SHARPE] = { "sharpe", N_("Sharpe ratio"), N_("Mean return for each unit of volatility, a year."),
    TF_METRIC_RATIO, 1.0, TF_SAMPLE_DAYS, ENOUGH_DAYS },
  [TF_METRIC_SORTINO] = { "sortino", N_("Sortino ratio"), N_("Mean return for each unit of downside deviation, a year."),
    TF_METRIC_RATIO, 1.5, TF_SAMPLE_DAYS, ENOUGH_DAYS },
  [TF_METRIC_MAX_DRAWDOWN] = { "max_drawdown", N_("Worst drawdown"), N_("Deepest fall of equity below its highest point."),
    TF_METRIC_FRACTION, -0.15, TF_SAMPLE_DAYS, 0 },
  [TF_METRIC_CALMAR] = { "calmar", N_("Calmar ratio"), N_("Yearly return for each unit of the worst drawdown."),
    TF_METRIC_RATIO, 1.0, TF_SAMPLE_DAYS, ENOUGH_DAYS },
  [TF_METRIC_WIN_RATE] = { "win_rate", N_("Win rate"), N_("Share of round trips that earned something after fees."),
    TF_METRIC_FRACTION, 0.60, TF_SAMPLE_TRADES, ENOUGH_TRADES },
  [TF_METRIC_PROFIT_FACTOR] = { "profit_factor", N_("Profit factor"), N_("All gains divided by all losses."),
    TF_METRIC_RATIO, 1.3, TF_SAMPLE_TRADES, ENOUGH_TRADES },
  [TF_METRIC_EXPECTANCY] = { "expectancy", N_("Expectancy"), N_("Mean gain of a round trip after fees."),
    TF_METRIC_MONEY, 0, TF_SAMPLE_TRADES, ENOUGH_TRADES },
  [TF_METRIC_VAR] = { "var_95", N_("Value at risk, day"), N_("On one day in twenty the loss was at least this."),
    TF_METRIC_FRACTION, -0.02, TF_SAMPLE_DAYS, 60 },
  [TF_METRIC_CVAR] = { "cvar_95", N_("Expected shortfall, day"), N_("Mean of the worst days, one in twenty."),
    TF_METRIC_FRACTION, -0.03, TF_SAMPLE_DAYS, 60 },
  [TF_METRIC_SKEW] = { "skew", N_("Skew"), N_("Below 0: losses are rarer and larger than gains."),
    TF_METRIC_RATIO, NONE, TF_SAMPLE_DAYS, 60 },
  [TF_METRIC_KURTOSIS] = { "excess_kurtosis", N_("Excess kurtosis"), N_("Above 0: extreme days come more often than in a bell curve."),
    TF_METRIC_RATIO, NONE, TF_SAMPLE_DAYS, 60 },
};

/**
 * tf_metric_info:
 *
 * Returns: (transfer none): name, unit, target and least sample of a figure
 */
const TfMetricInfo *
tf_metric_info (TfMetric metric)
{
  g_return_val_if_fail ((guint) metric < TF_N_METRICS, &infos[0]);

  return &infos[metric];
}

/**
 * tf_metric_too_early:
 * @have: (out): days or trades there are
 * @need: (out): that it takes
 *
 * Returns: whether the sample is too small for the figure to mean anything: “too early: 12 of 152 trades”
 */
gboolean
tf_metric_too_early (TfMetric         metric,
                     const TfMetrics *metrics,
                     guint           *have,
                     guint           *need)
{
  const TfMetricInfo *info = tf_metric_info (metric);

  *have = info->sample == TF_SAMPLE_TRADES ? metrics->trades : (guint) MAX (metrics->days, 0);
  *need = info->least;
  return *have < *need;
}

static double
quotient (double numerator,
          double denominator)
{
  return denominator > EPSILON ? numerator / denominator : NONE;
}

static void
clear (TfMetrics *self)
{
  memset (self, 0, sizeof *self);
  for (guint i = 0; i < TF_N_METRICS; i++)
    self->values[i] = NONE;
}

/* CAGR, volatility, Sharpe, Sortino, Calmar, from the moments; total return and drawdown are set. */
static void
annualise (TfMetrics *self,
           double     mean,
           double     m2,
           double     downside2,
           double     periods_per_year)
{
  double *v = self->values, n = (double) self->periods;

  if (n < 2 || periods_per_year <= 0)
    return;
  v[TF_METRIC_CAGR] = v[TF_METRIC_TOTAL_RETURN] > -1 ? pow (1 + v[TF_METRIC_TOTAL_RETURN], periods_per_year / n) - 1 : -1;
  if (!isfinite (v[TF_METRIC_CAGR]))
    v[TF_METRIC_CAGR] = NONE;
  v[TF_METRIC_VOLATILITY] = sqrt (m2 / (n - 1)) * sqrt (periods_per_year);
  v[TF_METRIC_SHARPE] = quotient (mean, sqrt (m2 / (n - 1))) * sqrt (periods_per_year);
  v[TF_METRIC_SORTINO] = quotient (mean, sqrt (downside2 / n)) * sqrt (periods_per_year);
  v[TF_METRIC_CALMAR] = quotient (v[TF_METRIC_CAGR], -v[TF_METRIC_MAX_DRAWDOWN]);
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Shape of the distribution. @scale: from the returns' period to the one that VaR and CVaR are told for. */
static void
tails (TfMetrics    *self,
       const double *returns,
       gsize         n,
       double        scale)
{
  g_autofree double *sorted = g_memdup2 (returns, n * sizeof *returns);
  double mean, m2 = 0, m3 = 0, m4 = 0, at, sum = 0;
  gsize k, count = 0;

  if (n < 2)
    return;
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  /* Quantile by linear interpolation (R's type 7), and the mean of what is not above it. */
  at = TAIL * (double) (n - 1);
  k = (gsize) at;
  self->values[TF_METRIC_VAR] = sorted[k] + (at - (double) k) * (sorted[MIN (k + 1, n - 1)] - sorted[k]);
  while (count < n && sorted[count] <= self->values[TF_METRIC_VAR])
    sum += sorted[count++];
  self->values[TF_METRIC_VAR] *= scale;
  self->values[TF_METRIC_CVAR] = count > 0 ? sum / (double) count * scale : self->values[TF_METRIC_VAR];

  mean = gsl_stats_mean (returns, 1, n);
  for (gsize i = 0; i < n; i++)
    {
      double d = returns[i] - mean;

      m2 += d * d;
      m3 += d * d * d;
      m4 += d * d * d * d;
    }
  m2 /= (double) n;
  if (sqrt (m2) > EPSILON)
    {
      self->values[TF_METRIC_SKEW] = m3 / (double) n / pow (m2, 1.5);
      self->values[TF_METRIC_KURTOSIS] = m4 / (double) n / (m2 * m2) - 3;
    }
}

/**
 * tf_metrics_from_returns:
 * @returns: simple returns, one for each period
 * @n: how many
 * @periods_per_year: 365 for days in crypto
 *
 * The figures of a bare series of returns. Win rate, profit factor and expectancy are those of its periods (expectancy: for
 * each unit of capital); VaR and CVaR are historical, of one period.
 */
void
tf_metrics_from_returns (TfMetrics    *self,
                         const double *returns,
                         gsize         n,
                         double        periods_per_year)
{
  double wealth = 1, peak = 1, worst = 0, mean = 0, m2 = 0, downside2 = 0, gains = 0, losses = 0;
  guint wins = 0, moves = 0;

  g_return_if_fail (self != NULL && (returns != NULL || n == 0) && periods_per_year > 0);

  clear (self);
  if (n == 0)
    return;
  for (gsize i = 0; i < n; i++)
    {
      double r = returns[i], d = r - mean;

      wealth *= 1 + r;
      peak = MAX (peak, wealth);
      worst = MIN (worst, wealth / peak - 1);
      mean += d / (double) (i + 1);
      m2 += d * (r - mean);
      if (r < 0)
        {
          downside2 += r * r;
          losses -= r;
        }
      gains += MAX (r, 0);
      wins += r > 0;
      moves += r != 0;
    }
  self->periods = n;
  self->days = (double) n / periods_per_year * DAYS_PER_YEAR;
  self->trades = moves;
  self->values[TF_METRIC_TOTAL_RETURN] = wealth - 1;
  self->values[TF_METRIC_MAX_DRAWDOWN] = worst;
  self->values[TF_METRIC_WIN_RATE] = quotient (wins, moves);
  self->values[TF_METRIC_PROFIT_FACTOR] = quotient (gains, losses);
  self->values[TF_METRIC_EXPECTANCY] = mean;
  annualise (self, mean, m2, downside2, periods_per_year);
  tails (self, returns, n, 1);
}

/**
 * tf_metrics_curve:
 * @account: −1: all together
 * @times: (out caller-allocates): of the points
 * @equity: (out caller-allocates): in whole units
 * @drawdown: (out caller-allocates): 0 or negative fraction below the peak so far
 *
 * Accounts are sampled at the same moments, so that the sum of all is the sum of equal points.
 *
 * Returns: points written
 */
guint
tf_metrics_curve (const TfSnapshot *snapshot,
                  gint              account,
                  TfTime            times[TF_CURVE_POINTS],
                  double            equity[TF_CURVE_POINTS],
                  double            drawdown[TF_CURVE_POINTS])
{
  guint first = account < 0 ? 0 : (guint) account;
  guint end = account < 0 ? snapshot->config->n_accounts : first + 1;
  guint n = first < end ? TF_CURVE_POINTS : 0;
  double peak = 0;

  g_return_val_if_fail (end <= snapshot->config->n_accounts, 0);

  for (guint a = first; a < end; a++)
    {
      n = MIN (n, snapshot->accounts[a].curve.n);
      peak += tf_money_double (snapshot->config->accounts[a].capital);
    }
  for (guint i = 0; i < n; i++)
    {
      times[i] = snapshot->accounts[first].curve.time[i];
      equity[i] = 0;
      for (guint a = first; a < end; a++)
        equity[i] += tf_money_double (snapshot->accounts[a].curve.equity[i]);
      peak = MAX (peak, equity[i]);
      drawdown[i] = peak > 0 ? equity[i] / peak - 1 : 0;
    }
  return n;
}

/* Returns between points that are at least a day apart, or as far as the thinned curve has them. */
static gsize
daily_returns (const TfTime *times,
               const double *equity,
               guint         n,
               double       *returns,
               double       *days)
{
  gsize count = 0;
  guint last = 0;

  for (guint i = 1; i < n; i++)
    if (times[i] - times[last] >= TF_DAY && equity[last] > 0)
      {
        returns[count++] = equity[i] / equity[last] - 1;
        last = i;
      }
  *days = count > 0 ? (double) (times[last] - times[0]) / (double) TF_DAY / (double) count : 1;
  return count;
}

static void
moments_of_curve (const double *equity,
                  guint         n,
                  double       *mean,
                  double       *m2,
                  double       *downside2)
{
  *mean = *m2 = *downside2 = 0;
  for (guint i = 1; i < n; i++)
    {
      double r = equity[i - 1] > 0 ? equity[i] / equity[i - 1] - 1 : 0, d = r - *mean;

      *mean += d / i;
      *m2 += d * (r - *mean);
      if (r < 0)
        *downside2 += r * r;
    }
}

/**
 * tf_metrics_of_account:
 * @snapshot: the state
 * @account: −1: all accounts as one portfolio
 *
 * One account's figures come from its running moments, bar by bar; those of all from the sum of the curves, whose points may
 * be several bars apart. VaR and CVaR are of a day: where the curve is coarser than that, by the square root of time.
 */
void
tf_metrics_of_account (TfMetrics        *self,
                       const TfSnapshot *snapshot,
                       gint              account)
{
  g_autofree TfTime *times = g_new (TfTime, TF_CURVE_POINTS);
  g_autofree double *buffer = g_new (double, 3 * TF_CURVE_POINTS);
  double *equity = buffer, *drawdown = buffer + TF_CURVE_POINTS, *daily = buffer + 2 * TF_CURVE_POINTS;
  guint first = account < 0 ? 0 : (guint) account, n;
  guint end = account < 0 ? snapshot->config->n_accounts : first + 1;
  double bars_per_year = DAYS_PER_YEAR * (double) TF_DAY / (double) snapshot->config->interval;
  double capital = 0, now = 0, gains = 0, losses = 0, wins = 0, worst = 0, mean, m2, downside2, apart;
  gsize n_daily;

  g_return_if_fail (end <= snapshot->config->n_accounts);

  clear (self);
  n = tf_metrics_curve (snapshot, account, times, equity, drawdown);
  for (guint a = first; a < end; a++)
    {
      const TfAccountView *view = &snapshot->accounts[a];

      capital += tf_money_double (snapshot->config->accounts[a].capital);
      now += tf_money_double (view->equity);
      gains += view->performance.gains;
      losses += view->performance.losses;
      wins += view->performance.wins;
      self->trades += view->performance.trades;
    }
  if (capital <= 0 || first >= end)
    return;
  for (guint i = 0; i < n; i++)
    worst = MIN (worst, drawdown[i]);
  if (account >= 0)
    {
      const TfPerformance *p = &snapshot->accounts[first].performance;

      /* The account's own is measured on every mark, the curve's at its points. */
      worst = -snapshot->accounts[first].max_drawdown;
      self->periods = p->bars;
      mean = p->mean;
      m2 = p->m2;
      downside2 = p->downside2;
    }
  else
    {
      moments_of_curve (equity, n, &mean, &m2, &downside2);
      self->periods = n > 0 ? n - 1 : 0;
      bars_per_year = n > 1 ? DAYS_PER_YEAR * (double) TF_DAY * (n - 1) / (double) MAX (times[n - 1] - times[0], 1) : 0;
    }
  self->days = bars_per_year > 0 ? (double) self->periods / bars_per_year * DAYS_PER_YEAR : 0;
  self->values[TF_METRIC_TOTAL_RETURN] = now / capital - 1;
  self->values[TF_METRIC_MAX_DRAWDOWN] = worst;
  self->values[TF_METRIC_WIN_RATE] = quotient (wins, self->trades);
  self->values[TF_METRIC_PROFIT_FACTOR] = quotient (gains, losses);
  self->values[TF_METRIC_EXPECTANCY] = quotient (gains - losses, self->trades);
  annualise (self, mean, m2, downside2, bars_per_year);
  n_daily = daily_returns (times, equity, n, daily, &apart);
  tails (self, daily, n_daily, 1 / sqrt (MAX (apart, 1)));
}
