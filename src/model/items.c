#include "model/items.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A field by its member; its property is the member with dashes. */
#define INT(member, name)    TF_FIELD (VALUES, member, name, TF_FIELD_INT)
#define INT64(member, name)  TF_FIELD (VALUES, member, name, TF_FIELD_INT64)
#define DOUBLE(member, name) TF_FIELD (VALUES, member, name, TF_FIELD_DOUBLE)
#define TEXT(member, name)   TF_FIELD (VALUES, member, name, TF_FIELD_TEXT)

#define VALUES TfAccountValues
static const TfField account_fields[] = {
  INT (index, "index"), TEXT (id, "id"), TEXT (title, "title"),
  INT64 (capital, "capital"), INT64 (equity, "equity"), INT64 (cash, "cash"), INT64 (realized, "realized"),
  INT64 (unrealized, "unrealized"), INT64 (fees, "fees"), INT64 (today, "today"), DOUBLE (change, "change"),
  DOUBLE (drawdown, "drawdown"), DOUBLE (max_drawdown, "max-drawdown"), DOUBLE (drawdown_limit, "drawdown-limit"),
  DOUBLE (gross, "gross"), DOUBLE (net, "net"), DOUBLE (var, "var"), DOUBLE (daily_loss, "daily-loss"),
  DOUBLE (governor, "governor"), INT (positions, "positions"), INT (trades, "trades"), INT (state, "state"),
  DOUBLE (win_rate, "win-rate"), INT (n_spark, "n-spark"),
};
TF_DEFINE_ITEM (Account, account)
#undef VALUES

#define VALUES TfVoterValues
static const TfField voter_fields[] = {
  INT (voter, "voter"), TEXT (id, "id"), TEXT (name, "name"), TEXT (account, "account"), TEXT (strategy, "strategy"),
  TEXT (known_for, "known-for"), TEXT (grade, "grade"), INT (followed, "followed"), INT (state, "state"),
  INT (proposals, "proposals"), INT (resolved, "resolved"), INT (trades, "trades"), DOUBLE (win_rate, "win-rate"),
  INT64 (pnl, "pnl"), DOUBLE (stance, "stance"), DOUBLE (weight, "weight"), DOUBLE (weight_sd, "weight-sd"),
  DOUBLE (mean_outcome, "mean-outcome"), DOUBLE (recent_outcome, "recent-outcome"), INT64 (last_time, "last-time"),
  TEXT (last_action, "last-action"), INT (heard, "heard"), TEXT (heard_why, "heard-why"), TEXT (age, "age"), INT (early, "early"),
  DOUBLE (record_low, "record-low"), DOUBLE (record_high, "record-high"),
};
TF_DEFINE_ITEM (Voter, voter)
#undef VALUES

#define VALUES TfPositionValues
static const TfField position_fields[] = {
  INT (account, "account"), INT (voter, "voter"), INT (instrument, "instrument"), TEXT (account_id, "account-id"),
  TEXT (name, "name"), TEXT (symbol, "symbol"), INT64 (quantity, "quantity"), INT64 (cost, "cost"), INT64 (value, "value"),
  INT64 (pnl, "pnl"), INT64 (stop, "stop"), INT64 (target, "target"), INT64 (opened, "opened"),
};
TF_DEFINE_ITEM (Position, position)
#undef VALUES

#define VALUES TfFillValues
static const TfField fill_fields[] = {
  INT64 (seq, "seq"), INT64 (time, "time"), INT64 (order, "order"), TEXT (account, "account"), TEXT (origin, "origin"),
  TEXT (name, "name"), TEXT (symbol, "symbol"), INT (side, "side"), INT64 (price, "price"), INT64 (quantity, "quantity"),
  INT64 (amount, "amount"), INT64 (fee, "fee"), TEXT (reason, "reason"),
};
TF_DEFINE_ITEM (Fill, fill)
#undef VALUES

#define VALUES TfAlertValues
static const TfField alert_fields[] = {
  INT64 (id, "id"), INT64 (time, "time"), INT (account, "account"), INT (kind, "kind"), INT (severity, "severity"),
  INT (acknowledged, "acknowledged"), TEXT (account_id, "account-id"), DOUBLE (value, "value"), DOUBLE (limit, "limit"),
};
TF_DEFINE_ITEM (Alert, alert)
#undef VALUES

#define VALUES TfFeedValues
static const TfField feed_fields[] = {
  INT64 (seq, "seq"), INT64 (time, "time"), INT (tone, "tone"), TEXT (text, "text"),
};
TF_DEFINE_ITEM (Feed, feed)
#undef VALUES

#define VALUES TfConnectionValues
static const TfField connection_fields[] = {
  TEXT (venue, "venue"), INT (line.state, "state"), DOUBLE (line.messages_per_second, "rate"),
  INT64 (line.intake.latency_p50, "latency-p50"), INT64 (line.intake.latency_p99, "latency-p99"), INT64 (line.age_ms, "age"),
  INT (line.reconnects, "reconnects"), INT64 (line.intake.gaps, "gaps"), INT (line.resyncs, "resyncs"),
  INT64 (line.conflated, "conflated"), INT64 (line.intake.offset, "skew"),
  INT64 (line.intake.reconstructed, "reconstructed"), INT (line.unfilled, "unfilled"), INT64 (errors, "errors"),
};
TF_DEFINE_ITEM (Connection, connection)
#undef VALUES

/**
 * tf_connection_item_take:
 * @venue: its title
 * @figures: as the connection says; how long it waits is said once, when the wait begins
 * @now: monotonic time in µs
 *
 * Takes over how a line is, with what is left of its wait.
 */
void
tf_connection_item_take (TfConnectionItem          *self,
                         const char                *venue,
                         const TfConnectionFigures *figures,
                         gint64                     now)
{
  TfConnectionValues values = { .line = *figures };
  gboolean waits = figures->state == TF_CONNECTION_BACKOFF;
  gboolean same = waits && self->now.line.state == TF_CONNECTION_BACKOFF && self->now.wait_ms == figures->retry_ms;

  g_strlcpy (values.venue, venue, sizeof values.venue);
  values.errors = (gint64) figures->intake.errors + figures->refused + figures->request_errors;
  values.wait_ms = figures->retry_ms;
  values.wait_since = !waits ? 0 : same ? self->now.wait_since : now;
  values.disturbed = figures->state >= TF_CONNECTION_DEGRADED || (self->now.disturbed && figures->state != TF_CONNECTION_LIVE);
  if (same)
    values.line.retry_ms -= (guint) CLAMP ((now - values.wait_since) / 1000, 0, (gint64) figures->retry_ms);
  tf_item_update (TF_ITEM (self), &values);
}

#define VALUES TfSourceValues
static const TfField source_fields[] = {
  INT64 (id, "id"), TEXT (name, "name"), TEXT (kind, "kind"), TEXT (address, "address"), INT (enabled, "enabled"),
  INT (heard, "heard"), INT (figures.state, "state"), TEXT (figures.reason, "reason"), INT64 (figures.retry_ms, "retry"),
  INT64 (figures.messages, "messages"), INT64 (figures.signals, "signals"), INT64 (figures.ignored, "ignored"),
  INT64 (figures.errors, "errors"), INT64 (figures.last_message, "last-message"), INT64 (figures.last_signal, "last-signal"),
};
#undef VALUES

G_DEFINE_FINAL_TYPE (TfSourceItem, tf_source_item, TF_TYPE_ITEM)

static void
tf_source_item_finalize (GObject *object)
{
  tf_stored_source_free (TF_SOURCE_ITEM (object)->row);
  G_OBJECT_CLASS (tf_source_item_parent_class)->finalize (object);
}

static void
tf_source_item_class_init (TfSourceItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_source_item_finalize;
  tf_item_class_set_fields (TF_ITEM_CLASS (klass), G_STRUCT_OFFSET (TfSourceItem, now), sizeof (TfSourceValues), source_fields,
                            G_N_ELEMENTS (source_fields));
}

static void
tf_source_item_init (TfSourceItem *self)
{
}

/**
 * tf_source_item_take:
 * @row: (transfer full): of the table
 * @figures: (nullable): how it is; %NULL: nobody listens there now
 */
void
tf_source_item_take (TfSourceItem          *self,
                     TfStoredSource        *row,
                     const TfSourceFigures *figures)
{
  TfSourceValues values = { .id = row->id, .enabled = row->enabled, .heard = figures != NULL };

  g_strlcpy (values.name, row->name, sizeof values.name);
  g_strlcpy (values.kind, row->kind, sizeof values.kind);
  g_strlcpy (values.address, row->address, sizeof values.address);
  if (figures != NULL)
    values.figures = *figures;
  if (self->row != row)
    tf_stored_source_free (self->row);
  self->row = row;
  tf_item_update (TF_ITEM (self), &values);
}

#define VALUES TfSignalValues
static const TfField signal_fields[] = {
  INT64 (signal, "signal"), INT64 (seq, "seq"), INT64 (time, "time"), TEXT (origin, "origin"), TEXT (name, "name"),
  TEXT (symbol, "symbol"), INT (is_trader, "is-trader"), INT (direction, "direction"), INT64 (price, "price"),
  DOUBLE (confidence, "confidence"), DOUBLE (expected, "expected"), DOUBLE (sd, "sd"), DOUBLE (cost, "cost"),
  DOUBLE (agreement, "agreement"), DOUBLE (stop, "stop"), DOUBLE (target, "target"), INT (voices, "voices"),
  INT (in_favour, "in-favour"), INT (against, "against"), TEXT (dissent, "dissent"), INT (verdicts, "verdicts"),
  INT (copied, "copied"), INT (resolved, "resolved"), INT64 (resolved_time, "resolved-time"), DOUBLE (outcome, "outcome"),
  TEXT (outcome_reason, "outcome-reason"),
};
#undef VALUES

G_DEFINE_FINAL_TYPE (TfSignalItem, tf_signal_item, TF_TYPE_ITEM)

static void
tf_signal_item_finalize (GObject *object)
{
  g_free (TF_SIGNAL_ITEM (object)->votes);
  g_free (TF_SIGNAL_ITEM (object)->source);
  G_OBJECT_CLASS (tf_signal_item_parent_class)->finalize (object);
}

static void
tf_signal_item_class_init (TfSignalItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_signal_item_finalize;
  tf_item_class_set_fields (TF_ITEM_CLASS (klass), G_STRUCT_OFFSET (TfSignalItem, now), sizeof (TfSignalValues),
                            signal_fields, G_N_ELEMENTS (signal_fields));
}

static void
tf_signal_item_init (TfSignalItem *self)
{
}

/**
 * tf_signal_item_new:
 * @values: what the record's numbers say
 * @text: the record's text, "stop=… target=… sd=… cost=… agreement=… voices=… for=… against=… dissent=… votes=…
 *   source=… … trader=…; evidence"; keys that are missing or unknown do not matter
 *
 * Returns: (transfer full): a proposal with what @text adds to @values
 */
TfSignalItem *
tf_signal_item_new (const TfSignalValues *values,
                    const char           *text)
{
  TfSignalItem *self = g_object_new (TF_TYPE_SIGNAL_ITEM, NULL);
  TfSignalValues *now = &self->now;
  const struct { const char *key; double *value; } numbers[] = {
    { "stop", &now->stop }, { "target", &now->target }, { "sd", &now->sd }, { "cost", &now->cost },
    { "agreement", &now->agreement },
  };
  const struct { const char *key; gint *value; } counts[] = {
    { "voices", &now->voices }, { "for", &now->in_favour }, { "against", &now->against },
  };
  const char *source = g_str_has_prefix (text, "source=") ? text : strstr (text, " source=");
  g_autofree char *details = source != NULL ? g_strndup (text, (gsize) (source - text)) : g_strdup (text);
  g_auto (GStrv) words = g_strsplit (details, " ", 0);

  *now = *values;
  self->source = source != NULL ? g_strdup (source + (*source == ' ')) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *numbers[i].value = (double) NAN;
  for (char **word = words; *word != NULL; word++)
    {
      char *value = strchr (*word, '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
        if (strcmp (*word, numbers[i].key) == 0)
          *numbers[i].value = g_ascii_strtod (value, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
        if (strcmp (*word, counts[i].key) == 0)
          *counts[i].value = atoi (value);
      if (strcmp (*word, "dissent") == 0)
        g_strlcpy (now->dissent, value, sizeof now->dissent);
      else if (strcmp (*word, "votes") == 0)
        self->votes = g_strdup (value);
    }
  if (isnan (now->agreement)) /* the ensemble was not asked */
    now->confidence = now->expected = (double) NAN;
  return self;
}

static int
by_size (gconstpointer a,
         gconstpointer b)
{
  double x = ABS (((const TfContribution *) a)->r), y = ABS (((const TfContribution *) b)->r);

  return (x < y) - (x > y);
}

/**
 * tf_signal_item_contributions:
 *
 * Returns: (transfer full) (element-type TfContribution): who moved the expected outcome, the largest part first
 */
GArray *
tf_signal_item_contributions (TfSignalItem *self)
{
  GArray *parts = g_array_new (FALSE, TRUE, sizeof (TfContribution));
  g_auto (GStrv) votes = g_strsplit (self->votes != NULL ? self->votes : "", ",", 0);

  for (char **vote = votes; *vote != NULL; vote++)
    {
      TfContribution part = { 0 };
      char *colon = strrchr (*vote, ':');

      if (colon == NULL)
        continue;
      *colon = '\0';
      g_strlcpy (part.id, *vote, sizeof part.id);
      part.r = atoi (colon + 1) / 1000.0;
      g_array_append_val (parts, part);
    }
  g_array_sort (parts, by_size);
  return parts;
}

/**
 * tf_signal_item_get_source:
 * @key: "happened", "published", "received", "id", "source", or "evidence"
 *
 * Returns: (transfer full) (nullable): what a trader's source says
 */
char *
tf_signal_item_get_source (TfSignalItem *self,
                           const char   *key)
{
  const char *from = self->source, *end;
  g_autofree char *mark = g_strconcat (key, "=", NULL);

  if (from == NULL)
    return NULL;
  if (strcmp (key, "evidence") == 0)
    {
      from = strstr (from, "; ");
      return from != NULL && from[2] != '\0' ? g_strdup (from + 2) : NULL;
    }
  if (!g_str_has_prefix (from, mark))
    {
      g_autofree char *inner = g_strconcat (" ", mark, NULL);

      from = strstr (from, inner);
      if (from == NULL)
        return NULL;
      from++;
    }
  from += strlen (mark);
  end = strpbrk (from, " ;");
  return end != NULL ? g_strndup (from, (gsize) (end - from)) : g_strdup (from);
}
