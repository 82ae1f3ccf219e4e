#include "model/words-trader.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/following/record.h"
#include "model/words.h"

const char *
tf_words_heard (TfHeard heard)
{
  static const char *const words[] = {
    [TF_HEARD_NOWHERE] = N_("No source"), [TF_HEARD_SIMULATED] = N_("Simulated"), [TF_HEARD_RECORDED] = N_("Recorded"),
    [TF_HEARD_OFF] = N_("Off"), [TF_HEARD_AT_REST] = N_("At rest"), [TF_HEARD_CONNECTING] = N_("Connecting"),
    [TF_HEARD_LIVE] = N_("Live"), [TF_HEARD_WAITING] = N_("Waiting"), [TF_HEARD_FAILED] = N_("Failed"),
  };

  g_return_val_if_fail ((guint) heard < G_N_ELEMENTS (words), "");
  return _(words[heard]);
}

/**
 * tf_words_heard_sentence:
 *
 * Returns: (transfer full): how a trader is heard, and what there is to do about it
 */
char *
tf_words_heard_sentence (const TfVoterValues *trader)
{
  switch ((TfHeard) trader->heard)
    {
    case TF_HEARD_SIMULATED:
      return g_strdup (_("Simulated: the demo market makes this trader up. No real person did what is shown."));
    case TF_HEARD_RECORDED:
      return g_strdup (_("Recorded: the signals come from files."));
    case TF_HEARD_OFF:
      return g_strdup (_("Off: there are sources, and none is switched on."));
    case TF_HEARD_AT_REST:
      return g_strdup (_("At rest: sources are listened to while the system runs."));
    case TF_HEARD_CONNECTING:
      return g_strdup (_("Connecting to the source."));
    case TF_HEARD_LIVE:
      return g_strdup (_("Live: the source is listened to."));
    case TF_HEARD_WAITING:
      return g_strdup_printf (_("Waiting: %s. It is tried again by itself."), trader->heard_why);
    case TF_HEARD_FAILED:
      return g_strdup_printf (_("Failed: %s. Correct the source, or remove it."), trader->heard_why);
    case TF_HEARD_NOWHERE:
    default:
      return g_strdup (_("No source connected: nothing of this trader can be known or copied."));
    }
}

/**
 * tf_words_interval:
 * @percent: or multiples of R
 *
 * Returns: (transfer full): "−0.05 … +0.29 R"
 */
char *
tf_words_interval (double   low,
                   double   high,
                   gboolean percent)
{
  g_autofree char *from = percent ? tf_words_percent (low, 0) : tf_words_r (low);
  g_autofree char *to = percent ? tf_words_percent (high, 0) : tf_words_r (high);
  char *unit = percent ? NULL : strstr (from, "\xc2\xa0R");

  if (unit != NULL) /* once is enough */
    *unit = '\0';
  return g_strdup_printf ("%s … %s", from, to);
}

/**
 * tf_words_record_brief:
 *
 * Returns: (transfer full): "+0.12 R (−0.05 … +0.29 R)"; "too early: 12 of 30" below the smallest sample; "–" for none
 */
char *
tf_words_record_brief (const TfVoterValues *trader)
{
  g_autofree char *mean = NULL, *interval = NULL;

  if (trader->resolved == 0)
    return g_strdup ("–");
  if (trader->resolved < TF_TRACK_ENOUGH)
    return g_strdup_printf (_("too early: %d of %d"), trader->resolved, TF_TRACK_ENOUGH);
  mean = tf_words_r (trader->mean_outcome);
  if (!isfinite (trader->record_low) || !isfinite (trader->record_high))
    return g_steal_pointer (&mean);
  interval = tf_words_interval (trader->record_low, trader->record_high, FALSE);
  return g_strdup_printf ("%s (%s)", mean, interval);
}

/* Sources */

const char *
tf_words_source_state (const TfSourceValues *source)
{
  static const TfHeard heard[] = {
    [TF_SOURCE_OFF] = TF_HEARD_CONNECTING, [TF_SOURCE_CONNECTING] = TF_HEARD_CONNECTING, [TF_SOURCE_LIVE] = TF_HEARD_LIVE,
    [TF_SOURCE_WAITING] = TF_HEARD_WAITING, [TF_SOURCE_FAILED] = TF_HEARD_FAILED,
  };

  if (!source->enabled)
    return tf_words_heard (TF_HEARD_OFF);
  return tf_words_heard (source->heard ? heard[source->figures.state] : TF_HEARD_AT_REST);
}

/**
 * tf_words_source:
 * @now: wall time
 *
 * Returns: (transfer full): how a source is and what came of it, in a line
 */
char *
tf_words_source (const TfSourceValues *source,
                 TfTime                now)
{
  const TfSourceFigures *figures = &source->figures;
  g_autoptr (GString) text = g_string_new (tf_words_source_state (source));
  g_autofree char *messages = NULL, *found = NULL, *errors = NULL, *age = NULL;

  if (!source->enabled || !source->heard)
    return g_string_free (g_steal_pointer (&text), FALSE);
  if (*figures->reason != '\0' && figures->state != TF_SOURCE_LIVE)
    g_string_append_printf (text, ": %s", figures->reason);
  if (figures->state == TF_SOURCE_WAITING && figures->retry_ms > 0)
    g_string_append_printf (text, _(" · again in %d s"), (int) ((figures->retry_ms + 999) / 1000));
  messages = tf_words_count ((gint64) figures->messages);
  found = tf_words_count ((gint64) figures->signals);
  g_string_append_printf (text, _(" · messages: %s, signals: %s"), messages, found);
  if (figures->errors > 0)
    {
      errors = tf_words_count ((gint64) figures->errors);
      g_string_append_printf (text, _(", not understood: %s"), errors);
    }
  if (figures->last_message > 0)
    {
      age = tf_words_age (now - figures->last_message);
      g_string_append_printf (text, _(" · last heard %s ago"), age);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Copy policies */

const char *
tf_words_policy_unit (TfPolicyUnit unit)
{
  switch (unit)
    {
    case TF_POLICY_UNIT_MONEY:
      return _("US dollars");
    case TF_POLICY_UNIT_FRACTION:
      return _("%");
    case TF_POLICY_UNIT_RATIO:
      return _("×");
    case TF_POLICY_UNIT_BASIS_POINTS:
      return _("basis points");
    case TF_POLICY_UNIT_SECONDS:
      return _("s");
    case TF_POLICY_UNIT_BARS:
      return _("bars");
    case TF_POLICY_UNIT_QUANTITY:
      return _("coins");
    case TF_POLICY_UNIT_NONE:
    default:
      return "";
    }
}

static char *
in_unit (double       value,
         TfPolicyUnit unit)
{
  switch (unit)
    {
    case TF_POLICY_UNIT_MONEY:
      return tf_words_money ((TfMoney) { tf_ratio_raw (value) });
    case TF_POLICY_UNIT_QUANTITY:
      return tf_words_quantity ((TfQty) { tf_ratio_raw (value) });
    case TF_POLICY_UNIT_FRACTION:
      return tf_words_percent (value, fabs (value) < 0.1 ? 2 : 1);
    case TF_POLICY_UNIT_RATIO:
      return tf_words_number (value, 4);
    case TF_POLICY_UNIT_BASIS_POINTS:
      return tf_words_percent (value / 1e4, 2);
    case TF_POLICY_UNIT_SECONDS:
      return tf_words_age ((TfTime) (value * TF_SECOND));
    case TF_POLICY_UNIT_BARS:
      return tf_words_count ((gint64) value);
    case TF_POLICY_UNIT_NONE:
    default:
      return tf_words_number (value, 4);
    }
}

/**
 * tf_words_policy_value:
 *
 * Returns: (transfer full): a field's value as people read it: "Equity ratio", "5.0 %", "none"
 */
char *
tf_words_policy_value (const TfPolicyField *field,
                       double               value)
{
  if (field->choices != NULL)
    return g_strdup (_(field->choices[(gsize) field->max + 1 + (gsize) value]));
  if (field->kind == TF_POLICY_FLAG)
    return g_strdup (value != 0 ? _("yes") : _("no"));
  return in_unit (value, field->unit);
}

/**
 * tf_words_copy_step:
 *
 * Returns: (transfer full): the number of one step on the way to a size: "$10,000.00"
 */
char *
tf_words_copy_step (const TfCopyStep *step)
{
  return in_unit ((double) step->value / TF_SCALE, step->unit);
}

/* Why not? */

static gboolean
same_reason (const TfVerdictValues *a,
             const TfVerdictValues *b)
{
  return strcmp (a->reason, b->reason) == 0 && a->value == b->value && a->limit == b->limit;
}

/**
 * tf_words_not_copied:
 *
 * Returns: (transfer full): the accounts that do not copy a signal and why, in one sentence with the numbers: "Not copied by
 *   woods1 (too little confidence, 0.60 < 0.85), angry and handjob (it was published too long ago, 2 h > 5 min)."; empty
 *   when all copy it or have yet to decide
 */
char *
tf_words_not_copied (const TfConfig       *config,
                     const TfSignalValues *signal)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint told = 0;

  for (guint a = 0; a < config->n_accounts; a++)
    {
      const TfVerdictValues *verdict = &signal->verdict[a];
      guint last = a, n = 1;
      g_autofree char *why = NULL;

      if (verdict->verdict == 0 || (signal->copied & 1 << a) != 0 || (told & 1U << a) != 0)
        continue;
      for (guint b = a + 1; b < config->n_accounts; b++)
        if (signal->verdict[b].verdict != 0 && (signal->copied & 1 << b) == 0 && same_reason (verdict, &signal->verdict[b]))
          {
            last = b;
            n++;
            told |= 1U << b;
          }
      g_string_append (text, text->len == 0 ? _("Not copied by ") : "; ");
      for (guint b = a, i = 0; b <= last; b++)
        if (b == a || (told & 1U << b) != 0)
          {
            if (b != a && !same_reason (verdict, &signal->verdict[b]))
              continue;
            g_string_append (text, i == 0 ? "" : i == n - 1 ? _(" and ") : ", ");
            g_string_append (text, config->accounts[b].id);
            i++;
          }
      why = tf_words_why (config, signal->origin, verdict->reason, verdict->value, verdict->limit);
      g_string_append_printf (text, " (%s)", why);
    }
  if (text->len > 0)
    g_string_append_c (text, '.');
  return g_string_free (g_steal_pointer (&text), FALSE);
}
