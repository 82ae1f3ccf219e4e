#include "model/words.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/following/policy.h"
#include "core/risk/limits.h"
#include "model/words-trader.h"

#define MINUS "\xe2\x88\x92" /* U+2212 */
#define SPACE "\xc2\xa0"     /* no-break: a number and its unit stay together */
#define NONE  "\xe2\x80\x93" /* unknown */

/* What the two numbers of a reason are; more units than the gate knows. */
typedef enum
{
  UNIT_NONE,
  UNIT_CONFIDENCE, /* 0.71 < 0.85 */
  UNIT_FRACTION,
  UNIT_RATIO,
  UNIT_MONEY,
  UNIT_USED,       /* money of a budget */
  UNIT_SECONDS,
  UNIT_COUNT,
  UNIT_LEAST,      /* a count that is too small */
  UNIT_R,
  UNIT_BASIS,      /* basis points */
  UNIT_QUANTITY,
} Unit;

/* Reasons that are not the gate's. */
static const struct { const char *id, *words; Unit unit; } reasons[] = {
  { "confidence", N_("confidence against the threshold"), UNIT_CONFIDENCE },
  { "quorum", N_("too few voters have something to say"), UNIT_LEAST },
  { "probation", N_("below the threshold, but taken small to keep a record"), UNIT_CONFIDENCE },
  { "exploration-budget", N_("the day’s budget for small trial trades is used"), UNIT_USED },
  { "bad-stop", N_("the stop is not a price"), UNIT_NONE },
  { "not-followed", N_("the account does not follow this trader"), UNIT_NONE },
  { "benched", N_("the bot is benched until its results recover"), UNIT_NONE },
  { "already-held", N_("the position is already open"), UNIT_NONE },
  { "nothing-held", N_("there is nothing to close"), UNIT_NONE },
  { "unknown-trader", N_("nobody here follows that trader"), UNIT_NONE },
  { "seen-before", N_("the same signal came before"), UNIT_NONE },
  { "unknown-instrument", N_("the instrument is not known here"), UNIT_NONE },
  { "bad-quantity", N_("the quantity makes no sense"), UNIT_NONE },
  { "no-market", N_("there is no price for it yet"), UNIT_NONE },
  { "policy", N_("the copy policy asks for it, whatever the confidence"), UNIT_CONFIDENCE },
  { "open", N_("the trader opened a position"), UNIT_NONE },
  { "add", N_("the trader added to a position"), UNIT_NONE },
  { "reduce", N_("the trader reduced the position"), UNIT_NONE },
  { "close", N_("the trader closed the position"), UNIT_NONE },
  { "flip", N_("the trader turned the position around"), UNIT_NONE },
  { "copy", N_("follows the trader’s position"), UNIT_NONE },
  { "replaced", N_("replaced by an order of the right size"), UNIT_NONE },
  { "leave", N_("following ends, a part each bar"), UNIT_NONE },
  { "copy-loss", N_("loss of the copies since following began"), UNIT_FRACTION },
  { "copy-trailing-loss", N_("loss of the copies since their best moment"), UNIT_FRACTION },
  { "entry", N_("entry"), UNIT_NONE },
  { "exit", N_("exit"), UNIT_NONE },
  { "stop", N_("stop reached"), UNIT_NONE },
  { "target", N_("target reached"), UNIT_NONE },
  { "time", N_("time is up"), UNIT_NONE },
  { "closed", N_("position closed"), UNIT_NONE },
  { "reversed", N_("turned around"), UNIT_NONE },
  { "emergency-stop", N_("emergency stop"), UNIT_NONE },
  { "rearmed", N_("re-armed by hand"), UNIT_NONE },
  { "rearm", N_("re-arm"), UNIT_NONE },
  { "flat", N_("everything is closed"), UNIT_NONE },
  { "edge-lost", N_("its recent results are worse than chance explains"), UNIT_NONE },
  { "edge-back", N_("its results have recovered"), UNIT_NONE },
  { "ledger", N_("the ledger refused the entry"), UNIT_NONE },
  { "follow", N_("follow"), UNIT_NONE },
  { "unfollow", N_("stop following"), UNIT_NONE },
  { "set-param", N_("change of a parameter"), UNIT_NONE },
  { "set-policy", N_("change of a copy policy"), UNIT_NONE },
  { "acknowledge", N_("alert acknowledged"), UNIT_NONE },
  { "bad-command", N_("the command makes no sense"), UNIT_NONE },
  { "time-went-back", N_("the event is older than the one before"), UNIT_NONE },
  { "bad-trade", N_("the trade’s numbers make no sense"), UNIT_NONE },
  { "bad-quote", N_("the quote’s numbers make no sense"), UNIT_NONE },
  { "bad-candle", N_("the candle’s numbers make no sense"), UNIT_NONE },
  { "long-short", N_("long and short"), UNIT_NONE },
  { "demo", N_("demo market"), UNIT_NONE },
  { "replay", N_("replay"), UNIT_NONE },
  { "backtest", N_("backtest"), UNIT_NONE },
};

static int
refusal_of (const char *id)
{
  for (int i = 0; i < TF_N_REFUSALS; i++)
    if (strcmp (tf_refusal_name ((TfRefusal) i), id) == 0)
      return i;
  return -1;
}

static const char *
words_of (const char *id,
          Unit       *unit)
{
  static const Unit units[] = {
    [TF_UNIT_NONE] = UNIT_NONE, [TF_UNIT_FRACTION] = UNIT_FRACTION, [TF_UNIT_RATIO] = UNIT_RATIO,
    [TF_UNIT_MONEY] = UNIT_MONEY, [TF_UNIT_SECONDS] = UNIT_SECONDS, [TF_UNIT_COUNT] = UNIT_COUNT, [TF_UNIT_R] = UNIT_R,
  };
  static const Unit copy_units[] = {
    [TF_POLICY_UNIT_NONE] = UNIT_NONE, [TF_POLICY_UNIT_MONEY] = UNIT_MONEY, [TF_POLICY_UNIT_QUANTITY] = UNIT_QUANTITY,
    [TF_POLICY_UNIT_FRACTION] = UNIT_FRACTION, [TF_POLICY_UNIT_RATIO] = UNIT_CONFIDENCE,
    [TF_POLICY_UNIT_BASIS_POINTS] = UNIT_BASIS, [TF_POLICY_UNIT_SECONDS] = UNIT_SECONDS, [TF_POLICY_UNIT_BARS] = UNIT_COUNT,
  };
  TfCopyRefusal copy;
  int refusal;

  *unit = UNIT_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i].id, id) == 0)
      {
        *unit = reasons[i].unit;
        return _(reasons[i].words);
      }
  refusal = refusal_of (id);
  if (refusal >= 0)
    {
      *unit = units[tf_refusal_unit ((TfRefusal) refusal)];
      return _(tf_refusal_sentence ((TfRefusal) refusal));
    }
  if (tf_copy_refusal_find (id, &copy))
    {
      *unit = copy_units[tf_copy_refusal_unit (copy)];
      return _(tf_copy_refusal_sentence (copy));
    }
  return id;
}

/**
 * tf_words_reason:
 * @id: a reason as the journal has it ("daily-loss")
 *
 * Returns: it in words that continue a sentence ("the daily loss limit is reached"); @id itself when nobody knows it
 */
const char *
tf_words_reason (const char *id)
{
  Unit unit;

  g_return_val_if_fail (id != NULL, "");
  return words_of (id, &unit);
}

/**
 * tf_words_record_reason:
 *
 * Returns: the reason of an entry in words; that of an order which protects a position is no event yet
 */
const char *
tf_words_record_reason (const TfRecord *record)
{
  if (record->kind == TF_RECORD_ORDER && strcmp (record->reason, "stop") == 0)
    return _("limits the loss");
  if (record->kind == TF_RECORD_ORDER && strcmp (record->reason, "target") == 0)
    return _("takes the profit");
  return tf_words_reason (record->reason);
}

static char *
in_unit (double value,
         Unit   unit)
{
  switch (unit)
    {
    case UNIT_FRACTION:
      return tf_words_percent (value, 1);
    case UNIT_RATIO:
      return g_strdup_printf ("%.2f×", value);
    case UNIT_MONEY:
    case UNIT_USED:
      return tf_words_money ((TfMoney) { tf_ratio_raw (value) });
    case UNIT_SECONDS:
      return tf_words_age ((TfTime) (value * TF_SECOND));
    case UNIT_COUNT:
    case UNIT_LEAST:
      return tf_words_number (value, 0);
    case UNIT_R:
      return tf_words_r (value);
    case UNIT_BASIS:
      return tf_words_percent (value / 1e4, 1);
    case UNIT_QUANTITY:
      return tf_words_quantity ((TfQty) { tf_ratio_raw (value) });
    case UNIT_CONFIDENCE:
    case UNIT_NONE:
    default:
      return tf_words_number (value, 2);
    }
}

/**
 * tf_words_compared:
 * @value: (and @limit): the raw numbers of the record
 *
 * Returns: (transfer full) (nullable): "0.71 < 0.85", in the reason's unit; NULL when it compares nothing
 */
char *
tf_words_compared (const char *reason,
                   gint64      value,
                   gint64      limit)
{
  g_autofree char *left = NULL, *right = NULL;
  Unit unit;

  g_return_val_if_fail (reason != NULL, NULL);
  words_of (reason, &unit);
  if (unit == UNIT_NONE)
    return NULL;
  left = in_unit ((double) value / TF_SCALE, unit);
  right = in_unit ((double) limit / TF_SCALE, unit);
  /* Two figures that are rounded to the same one need another digit to say which is larger. */
  if (strcmp (left, right) == 0 && unit == UNIT_CONFIDENCE)
    {
      g_free (left);
      g_free (right);
      left = tf_words_number ((double) value / TF_SCALE, 4);
      right = tf_words_number ((double) limit / TF_SCALE, 4);
    }
  if (unit == UNIT_USED)
    return g_strdup_printf (_("%s of %s"), left, right);
  return g_strdup_printf ("%s %s %s", left, value < limit ? "<" : value > limit ? ">" : "=", right);
}

/* Whether the confidence of a trader's signal is no more than what its grade allows. */
static char
capped_by (const TfConfig *config,
           const char     *origin,
           gint64          value)
{
  if (config == NULL || tf_config_find_trader (config, origin) < 0)
    return 0;
  for (char grade = 'B'; grade <= 'D'; grade++) /* each source of a trader has its own */
    if (value == tf_ratio_raw (tf_grade_confidence_cap (grade)))
      return grade;
  return 0;
}

/**
 * tf_words_why:
 * @config: (nullable): whose traders it knows
 * @origin: who the signal is from
 * @value: (and @limit): the raw numbers of the verdict
 *
 * Returns: (transfer full): the reason of a verdict with what was compared: "too little confidence, 0.70 < 0.75 (capped by grade D)"
 */
char *
tf_words_why (const TfConfig *config,
              const char     *origin,
              const char     *reason,
              gint64          value,
              gint64          limit)
{
  g_autofree char *compared = tf_words_compared (reason, value, limit);
  const char *words = tf_words_reason (reason);
  gboolean plain = strcmp (reason, "confidence") == 0;
  char grade = plain || strcmp (reason, "probation") == 0 ? capped_by (config, origin, value) : 0;

  if (plain)
    words = value < limit ? _("too little confidence") : _("enough confidence");
  if (compared == NULL)
    return g_strdup (words);
  if (grade != 0)
    return g_strdup_printf (_("%s, %s (capped by grade %c)"), words, compared, grade);
  return g_strdup_printf ("%s, %s", words, compared);
}

const char *
tf_words_verdict (TfVerdict verdict)
{
  static const char *const names[TF_N_VERDICTS] = {
    [TF_VERDICT_ACCEPTED] = N_("Accepted"), [TF_VERDICT_RESIZED] = N_("Resized"), [TF_VERDICT_REJECTED] = N_("Rejected"),
    [TF_VERDICT_STALE] = N_("Stale"), [TF_VERDICT_DUPLICATE] = N_("Duplicate"), [TF_VERDICT_UNMAPPED] = N_("Unmapped"),
    [TF_VERDICT_BLOCKED] = N_("Blocked"),
  };

  return (guint) verdict < TF_N_VERDICTS && names[verdict] != NULL ? _(names[verdict]) : NONE;
}

const char *
tf_words_state (TfTradingState state)
{
  static const char *const names[TF_N_STATES] = {
    [TF_STATE_ACTIVE] = N_("Active"), [TF_STATE_REDUCING] = N_("Reducing"), [TF_STATE_CLOSE_ONLY] = N_("Close only"),
    [TF_STATE_HALTED] = N_("Halted"), [TF_STATE_FLATTENING] = N_("Flattening"),
  };

  return (guint) state < TF_N_STATES ? _(names[state]) : NONE;
}

const char *
tf_words_kind (TfRecordKind kind)
{
  static const char *const names[TF_N_RECORDS] = {
    [TF_RECORD_SESSION] = N_("Session"), [TF_RECORD_ACCOUNT] = N_("Account"), [TF_RECORD_COMMAND] = N_("Command"),
    [TF_RECORD_SIGNAL] = N_("Signal"), [TF_RECORD_VERDICT] = N_("Verdict"), [TF_RECORD_ORDER] = N_("Order"),
    [TF_RECORD_CANCEL] = N_("Cancellation"), [TF_RECORD_FILL] = N_("Fill"), [TF_RECORD_OUTCOME] = N_("Outcome"),
    [TF_RECORD_STATE] = N_("State"), [TF_RECORD_ALERT] = N_("Alert"), [TF_RECORD_FAULT] = N_("Fault"),
  };

  return (guint) kind < TF_N_RECORDS ? _(names[kind]) : NONE;
}

const char *
tf_words_severity (TfSeverity severity)
{
  static const char *const names[TF_N_SEVERITIES] = {
    [TF_SEVERITY_NONE] = N_("Over"), [TF_SEVERITY_INFO] = N_("Information"), [TF_SEVERITY_WARNING] = N_("Warning"),
    [TF_SEVERITY_CRITICAL] = N_("Critical"),
  };

  return (guint) severity < TF_N_SEVERITIES ? _(names[severity]) : NONE;
}

/**
 * tf_words_side:
 * @side: of an order or fill: +1 buy, −1 sell
 */
const char *
tf_words_side (gint side)
{
  return side > 0 ? _("Buy") : side < 0 ? _("Sell") : _("Close");
}

/**
 * tf_words_direction:
 * @direction: of a proposal or position: +1 long, −1 short, 0: out of it
 */
const char *
tf_words_direction (gint direction)
{
  return direction > 0 ? _("Long") : direction < 0 ? _("Short") : _("Close");
}

/**
 * tf_words_grade:
 * @grade: 'A' … 'D', or 0
 *
 * Returns: (transfer full): how well a trader's source proves what it says
 */
char *
tf_words_grade (char grade)
{
  switch (grade)
    {
    case 'A':
      return g_strdup (_("A: chain, filing or signature"));
    case 'B':
      return g_strdup (_("B: verified by the venue"));
    case 'C':
      return g_strdup (_("C: public statement"));
    case 'D':
      return g_strdup (_("D: cannot be verified"));
    default:
      return g_strdup (_("No source connected"));
    }
}

/**
 * tf_words_account:
 *
 * Returns: (transfer full): "woods1 · Conservative"
 */
char *
tf_words_account (const TfConfig *config,
                  const char     *id)
{
  gint account = config != NULL ? tf_config_find_account (config, id) : -1;

  return account >= 0 ? g_strdup_printf ("%s · %s", id, _(config->accounts[account].title)) : g_strdup (id);
}

/**
 * tf_words_voter:
 *
 * Returns: (transfer full): the name of a bot or trader
 */
char *
tf_words_voter (const TfConfig *config,
                const char     *id)
{
  gint found;

  if (config != NULL && (found = tf_config_find_bot (config, id)) >= 0)
    return g_strdup (_(config->bots[found].title));
  if (config != NULL && (found = tf_config_find_trader (config, id)) >= 0)
    return g_strdup (config->traders[found].name);
  return g_strdup (*id != '\0' ? id : _("somebody"));
}

/**
 * tf_words_coin:
 *
 * Returns: (transfer full): the coin of a symbol: "BTC" of "BTC-USDT"
 */
char *
tf_words_coin (const char *symbol)
{
  const char *dash = strchr (symbol, '-');

  return dash != NULL ? g_strndup (symbol, (gsize) (dash - symbol)) : g_strdup (symbol);
}

static char *
fill_sentence (const TfRecord *record,
               const char     *voter,
               const char     *coin)
{
  g_autofree char *quantity = tf_words_quantity ((TfQty) { ABS (record->quantity) });
  g_autofree char *price = tf_words_price ((TfPrice) { record->price });
  g_autofree char *pnl = NULL;

  if (strcmp (record->reason, "entry") == 0)
    return record->code > 0
           ? g_strdup_printf (_("%s bought %s %s at %s (%s)"), record->account, quantity, coin, price, voter)
           : g_strdup_printf (_("%s sold %s %s short at %s (%s)"), record->account, quantity, coin, price, voter);
  pnl = tf_words_money_change ((TfMoney) { record->amount });
  return g_strdup_printf (_("%s closed %s %s at %s: %s, %s (%s)"), record->account, quantity, coin, price, pnl,
                          tf_words_reason (record->reason), voter);
}

static char *
policy_sentence (const TfRecord *record,
                 const char     *account,
                 const char     *voter)
{
  const TfPolicyField *field = record->amount >= 0 ? tf_policy_field ((guint) record->amount) : NULL;
  g_autofree char *value = NULL;

  if (field == NULL)
    return record->value == 0 ? g_strdup_printf (_("%s no longer copies an instrument of %s"), account, voter)
                              : g_strdup_printf (_("%s copies an instrument of %s again"), account, voter);
  value = tf_words_policy_value (field, (double) record->value / TF_SCALE);
  return g_strdup_printf (_("%s copies %s: %s is now %s"), account, voter, _(field->title), value);
}

static char *
command_sentence (const TfRecord *record,
                  const char     *voter)
{
  const char *account = *record->account != '\0' ? record->account : _("all accounts");

  if (strcmp (record->reason, "stop") == 0)
    return g_strdup_printf (_("Emergency stop of %s"), account);
  if (strcmp (record->reason, "rearm") == 0)
    return g_strdup_printf (_("Re-arming of %s"), account);
  if (strcmp (record->reason, "follow") == 0)
    return g_strdup_printf (_("%s: follow %s"), account, voter);
  if (strcmp (record->reason, "unfollow") == 0)
    return g_strdup_printf (_("%s: stop following %s"), account, voter);
  if (strcmp (record->reason, "set-param") == 0)
    return g_strdup_printf (_("%s: a parameter was changed"), voter);
  if (strcmp (record->reason, "set-policy") == 0)
    return policy_sentence (record, account, voter);
  return g_strdup (tf_words_reason (record->reason));
}

static char *
verdict_sentence (const TfRecord *record,
                  const TfConfig *config,
                  const char     *voter,
                  const char     *coin)
{
  g_autofree char *why = tf_words_why (config, record->origin, record->reason, record->value, record->limit);

  return g_strdup_printf (_("%s: %s %s of %s, %s"), record->account, tf_words_verdict ((TfVerdict) record->code), coin, voter, why);
}

/* An order that waits is told by what it waits for, one that does not by its reason. */
static char *
order_sentence (const TfRecord *record,
                const char     *voter,
                const char     *coin)
{
  static const struct { const char *type, *buy, *sell; } types[] = {
    { "limit", N_("limit order to buy"), N_("limit order to sell") },
    { "stop", N_("stop order to buy"), N_("stop order to sell") },
    { "take-profit", N_("take-profit order to buy"), N_("take-profit order to sell") },
    { "trailing-stop", N_("trailing stop to buy"), N_("trailing stop to sell") },
  };
  g_autofree char *number = tf_words_quantity ((TfQty) { ABS (record->quantity) });
  g_autofree char *price = tf_words_price ((TfPrice) { record->price });
  const char *what = record->code > 0 ? _("market order to buy") : _("market order to sell");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].type, record->text) == 0)
      what = record->code > 0 ? _(types[i].buy) : _(types[i].sell);
  if (record->price != 0)
    return g_strdup_printf (_("%s: %s %s %s at %s (%s)"), record->account, what, number, coin, price, voter);
  if (strcmp (record->reason, "entry") == 0)
    return g_strdup_printf (_("%s: %s %s %s (%s)"), record->account, what, number, coin, voter);
  return g_strdup_printf (_("%s: %s %s %s, %s (%s)"), record->account, what, number, coin, tf_words_reason (record->reason), voter);
}

static char *
cancel_sentence (const TfRecord *record,
                 const char     *voter,
                 const char     *coin)
{
  g_autofree char *number = tf_words_quantity ((TfQty) { ABS (record->quantity) });
  const char *what = record->code > 0 ? _("cancelled the order to buy") : _("cancelled the order to sell");

  return g_strdup_printf (_("%s: %s %s %s, %s (%s)"), record->account, what, number, coin, tf_words_reason (record->reason), voter);
}

static const char *
alert_title (const char *id)
{
  for (guint i = 0; i < TF_N_ALERTS; i++)
    if (strcmp (tf_alert_name ((TfAlertKind) i), id) == 0)
      return _(tf_alert_title ((TfAlertKind) i));
  return tf_words_reason (id);
}

/**
 * tf_words_record:
 * @config: (nullable): whose names it uses
 *
 * Returns: (transfer full): an entry of the journal as one sentence, without its time
 */
char *
tf_words_record (const TfRecord *record,
                 const TfConfig *config)
{
  g_autofree char *voter = tf_words_voter (config, record->origin), *coin = tf_words_coin (record->instrument);
  g_autofree char *number = NULL, *price = NULL;
  const char *account = *record->account != '\0' ? record->account : _("The system");

  switch (record->kind)
    {
    case TF_RECORD_SESSION:
      return g_strdup_printf (_("Session opened: %s"), tf_words_reason (record->reason));
    case TF_RECORD_ACCOUNT:
      number = tf_words_money ((TfMoney) { record->amount });
      return g_strdup_printf (_("Account %s opened with %s"), record->account, number);
    case TF_RECORD_COMMAND:
      return command_sentence (record, voter);
    case TF_RECORD_SIGNAL:
      number = tf_words_number ((double) record->value / TF_SCALE, 2);
      return record->value == 0 && record->limit == 0
             ? g_strdup_printf (_("%s: %s %s"), voter, tf_words_side (record->code), coin)
             : g_strdup_printf (_("%s proposes: %s %s, confidence %s"), voter, tf_words_direction (record->code), coin, number);
    case TF_RECORD_VERDICT:
      return verdict_sentence (record, config, voter, coin);
    case TF_RECORD_ORDER:
      return order_sentence (record, voter, coin);
    case TF_RECORD_CANCEL:
      return cancel_sentence (record, voter, coin);
    case TF_RECORD_FILL:
      return fill_sentence (record, voter, coin);
    case TF_RECORD_OUTCOME:
      number = tf_words_r ((double) record->value / TF_SCALE);
      return g_strdup_printf (_("%s, %s %s ended: %s, %s"), voter, coin, tf_words_direction (record->code), number,
                              tf_words_reason (record->reason));
    case TF_RECORD_STATE:
      if (*record->origin != '\0' && *record->account != '\0')
        return g_strdup_printf (_("%s follows %s, now %s: %s"), account, voter, tf_words_state ((TfTradingState) record->code),
                                tf_words_reason (record->reason));
      return g_strdup_printf (_("%s is now %s: %s"), *record->origin != '\0' ? voter : account,
                              tf_words_state ((TfTradingState) record->code), tf_words_reason (record->reason));
    case TF_RECORD_ALERT:
      if (record->code == TF_SEVERITY_NONE)
        return g_strdup_printf (_("%s: %s is back within its limit"), account, alert_title (record->reason));
      if (strcmp (record->reason, tf_alert_name (TF_ALERT_EMERGENCY)) == 0)
        return g_strdup_printf (_("%s: emergency stop holds"), account);
      if (strcmp (record->reason, tf_alert_name (TF_ALERT_STOP_GUARD)) == 0)
        return g_strdup_printf (_("%s: no new entries for a while, too many stops in a row"), account);
      number = tf_words_percent ((double) record->value / TF_SCALE, 1);
      price = tf_words_percent ((double) record->limit / TF_SCALE, 1);
      return g_strdup_printf (_("%s: %s at %s of %s allowed"), account, alert_title (record->reason), number, price);
    case TF_RECORD_FAULT:
      return g_strdup_printf (_("Refused bad data: %s"), tf_words_reason (record->reason));
    case TF_N_RECORDS:
    default:
      return g_strdup (record->text);
    }
}

/* Groups the digits before the point of @digits (no sign) by thousands, with @sign and @prefix before them. */
static char *
grouped (const char *sign,
         const char *prefix,
         const char *digits,
         const char *suffix)
{
  gsize whole = strcspn (digits, ".");
  GString *text = g_string_sized_new (32);

  g_string_append (text, sign);
  g_string_append (text, prefix);
  for (gsize i = 0; i < whole; i++)
    {
      if (i > 0 && (whole - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  g_string_append (text, digits + whole);
  g_string_append (text, suffix);
  return g_string_free (text, FALSE);
}

static char *
decimal (double      value,
         int         decimals,
         gboolean    plus,
         const char *prefix,
         const char *suffix)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE + 320], format[8];
  gboolean zero;

  if (!isfinite (value))
    return g_strdup (NONE);
  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 9));
  g_ascii_formatd (digits, sizeof digits, format, fabs (value));
  zero = strspn (digits, "0.") == strlen (digits); /* what is rounded to nothing has no sign */
  return grouped (zero ? "" : value < 0 ? MINUS : plus ? "+" : "", prefix, digits, suffix);
}

/* Money to the cent, half to even away from doubles: 1e-8 units in, exact. */
static char *
money (TfMoney  amount,
       gboolean plus)
{
  char digits[32];
  guint64 whole = amount.raw < 0 ? (guint64) - (amount.raw + 1) + 1 : (guint64) amount.raw;
  guint64 cents = whole / 1000000, rest = whole % 1000000;

  if (rest > 500000 || (rest == 500000 && (cents & 1) != 0))
    cents++;
  g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT ".%02d", cents / 100, (int) (cents % 100));
  return grouped (cents == 0 ? "" : amount.raw < 0 ? MINUS : plus ? "+" : "", "$", digits, "");
}

/**
 * tf_words_money:
 *
 * Returns: (transfer full): "$301,482.10", rounded to the cent
 */
char *
tf_words_money (TfMoney amount)
{
  return money (amount, FALSE);
}

/**
 * tf_words_money_change:
 *
 * Returns: (transfer full): "+$482.10", "−$3.00", "$0.00"
 */
char *
tf_words_money_change (TfMoney amount)
{
  return money (amount, TRUE);
}

/**
 * tf_words_percent:
 * @fraction: 0.124 is 12.4 %; not finite: unknown
 */
char *
tf_words_percent (double fraction,
                  int    decimals)
{
  return decimal (fraction * 100, decimals, FALSE, "", SPACE "%");
}

char *
tf_words_percent_change (double fraction,
                         int    decimals)
{
  return decimal (fraction * 100, decimals, TRUE, "", SPACE "%");
}

char *
tf_words_number (double value,
                 int    decimals)
{
  return decimal (value, decimals, FALSE, "", "");
}

char *
tf_words_count (gint64 count)
{
  char digits[32];

  g_snprintf (digits, sizeof digits, "%" G_GINT64_FORMAT, ABS (count));
  return grouped (count < 0 ? MINUS : "", "", digits, "");
}

/* Exact, without zeros at the end. */
static char *
exact (gint64 raw)
{
  char digits[TF_DECIMAL_SIZE];

  tf_decimal_format (raw, digits);
  return digits[0] == '-' ? grouped (MINUS, "", digits + 1, "") : grouped ("", "", digits, "");
}

/**
 * tf_words_quantity:
 *
 * Returns: (transfer full): exactly, without zeros at the end: "0.125"
 */
char *
tf_words_quantity (TfQty quantity)
{
  return exact (quantity.raw);
}

/**
 * tf_words_price:
 *
 * Returns: (transfer full): a price with as many decimals as its size needs: "98,120.50", "0.38214"; "–" for none
 */
char *
tf_words_price (TfPrice price)
{
  double value = tf_price_double (price);

  if (price.raw == 0)
    return g_strdup (NONE);
  return decimal (value, value >= 1000 ? 2 : value >= 10 ? 3 : value >= 0.1 ? 5 : 8, FALSE, "", "");
}

/**
 * tf_words_r:
 * @multiple: of the loss at the stop
 *
 * Returns: (transfer full): "+0.42 R"
 */
char *
tf_words_r (double multiple)
{
  return decimal (multiple, 2, TRUE, "", SPACE "R");
}

/* All times are UTC, as in the journal and on the charts. */
static char *
formatted (TfTime      time,
           const char *format)
{
  g_autoptr (GDateTime) when = NULL;

  if (time == 0)
    return g_strdup (NONE);
  when = g_date_time_new_from_unix_utc (time / TF_SECOND);
  return when != NULL ? g_date_time_format (when, format) : g_strdup (NONE);
}

/**
 * tf_words_clock:
 *
 * Returns: (transfer full): the time of the day, UTC: "12:04:11"
 */
char *
tf_words_clock (TfTime time)
{
  return formatted (time, "%H:%M:%S");
}

/**
 * tf_words_date:
 *
 * Returns: (transfer full): day and time, UTC: "2023-03-01 12:04"
 */
char *
tf_words_date (TfTime time)
{
  return formatted (time, "%Y-%m-%d %H:%M");
}

/**
 * tf_words_moment:
 *
 * Returns: (transfer full): day and time to the millisecond, UTC: "2023-03-01 12:04:11.095"
 */
char *
tf_words_moment (TfTime time)
{
  g_autofree char *seconds = formatted (time, "%Y-%m-%d %H:%M:%S");

  return time == 0 ? g_steal_pointer (&seconds)
                   : g_strdup_printf ("%s.%03d", seconds, (int) (time % TF_SECOND / (TF_SECOND / 1000)));
}

/**
 * tf_words_short_date:
 *
 * Returns: (transfer full): day of the year and time, UTC, for narrow columns: "03-01 12:04"
 */
char *
tf_words_short_date (TfTime time)
{
  return formatted (time, "%m-%d %H:%M");
}

/**
 * tf_words_age:
 *
 * Returns: (transfer full): "12 s", "3 min", "2 h", "5 d"
 */
char *
tf_words_age (TfTime age)
{
  age = MAX (age, 0);
  if (age < TF_MINUTE)
    return g_strdup_printf (_("%d s"), (int) (age / TF_SECOND));
  if (age < TF_HOUR)
    return g_strdup_printf (_("%d min"), (int) (age / TF_MINUTE));
  if (age < 2 * TF_DAY)
    return g_strdup_printf (_("%d h"), (int) (age / TF_HOUR));
  return g_strdup_printf (_("%d d"), (int) (age / TF_DAY));
}

/**
 * tf_words_elapsed:
 *
 * Returns: (transfer full): minutes and seconds, "02:14"; with hours from one hour on, "1:02:14"
 */
char *
tf_words_elapsed (TfTime elapsed)
{
  int seconds = (int) (MAX (elapsed, 0) / TF_SECOND);

  if (seconds < 3600)
    return g_strdup_printf ("%02d:%02d", seconds / 60, seconds % 60);
  return g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}
