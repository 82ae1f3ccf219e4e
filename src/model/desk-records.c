#include "model/desk-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "model/words.h"

/* The rows that entries of the journal make: fills, signals with their verdicts and outcomes, and what just happened. */

static void
tell (TfDesk         *self,
      const TfRecord *record,
      TfTone          tone,
      const char     *text)
{
  TfFeedValues values = { .seq = record->seq, .time = record->time, .tone = (gint) tone };
  g_autoptr (TfItem) item = g_object_new (TF_TYPE_FEED_ITEM, NULL);
  const char *end;

  g_strlcpy (values.text, text, sizeof values.text);
  if (!g_utf8_validate (values.text, -1, &end)) /* cut within a letter */
    values.text[end - values.text] = '\0';
  tf_item_update (item, &values);
  g_ptr_array_add (self->new_feed, g_steal_pointer (&item));
}

static void
tell_record (TfDesk         *self,
             const TfRecord *record,
             TfTone          tone)
{
  g_autofree char *text = tf_words_record (record, self->config);

  tell (self, record, tone, text);
}

static void
add_fill (TfDesk         *self,
          const TfRecord *record)
{
  TfFillValues values = {
    .seq = record->seq,
    .time = record->time,
    .order = record->ref,
    .side = record->code,
    .price = record->price,
    .quantity = record->quantity,
    .amount = record->amount,
    .fee = record->fee,
  };
  g_autofree char *name = tf_words_voter (self->config, record->origin);
  g_autoptr (TfItem) item = g_object_new (TF_TYPE_FILL_ITEM, NULL);

  g_strlcpy (values.account, record->account, sizeof values.account);
  g_strlcpy (values.origin, record->origin, sizeof values.origin);
  g_strlcpy (values.name, name, sizeof values.name);
  g_strlcpy (values.symbol, record->instrument, sizeof values.symbol);
  g_strlcpy (values.reason, record->reason, sizeof values.reason);
  tf_item_update (item, &values);
  g_ptr_array_add (self->new_fills, g_steal_pointer (&item));
  tell_record (self, record, TF_TONE_TRADE);
}

static void
add_signal (TfDesk         *self,
            const TfRecord *record)
{
  TfSignalValues values = {
    .signal = record->ref,
    .seq = record->seq,
    .time = record->time,
    .direction = record->code,
    .price = record->price,
    .confidence = (double) record->value / TF_SCALE,
    .expected = (double) record->limit / TF_SCALE,
    .outcome = (double) NAN,
    .is_trader = tf_config_find_bot (self->config, record->origin) < 0,
  };
  g_autofree char *name = tf_words_voter (self->config, record->origin), *trader = NULL;
  g_autoptr (TfSignalItem) item = NULL;

  g_strlcpy (values.origin, record->origin, sizeof values.origin);
  g_strlcpy (values.name, name, sizeof values.name);
  g_strlcpy (values.symbol, record->instrument, sizeof values.symbol);
  item = tf_signal_item_new (&values, record->text);
  if (*record->instrument == '\0' && (trader = tf_signal_item_get_source (item, "symbol")) != NULL)
    g_strlcpy (item->now.symbol, trader, sizeof item->now.symbol);
  g_hash_table_replace (self->by_signal, &item->now.signal, g_object_ref (item));
  g_ptr_array_add (self->new_signals, g_steal_pointer (&item));
}

/* One line for a signal that nobody copies, with the account that came nearest. */
static void
tell_refusal (TfDesk               *self,
              const TfRecord       *record,
              const TfSignalValues *values)
{
  const TfVerdictValues *nearest = NULL;
  double best = -G_MAXDOUBLE;
  g_autofree char *why = NULL, *coin = tf_words_coin (values->symbol), *text = NULL;
  gint account = 0;

  for (guint a = 0; a < self->config->n_accounts; a++)
    {
      const TfVerdictValues *verdict = &values->verdict[a];
      double near = verdict->limit != 0 ? (double) verdict->value / (double) verdict->limit : 0;

      if (nearest == NULL || near > best)
        {
          nearest = verdict;
          best = near;
          account = (gint) a;
        }
    }
  if (nearest == NULL || strcmp (nearest->reason, "nothing-held") == 0 || strcmp (nearest->reason, "halted") == 0)
    return; /* that trading is halted was said once */
  why = tf_words_why (self->config, values->origin, nearest->reason, nearest->value, nearest->limit);
  text = g_strdup_printf (_("All refuse %s, %s %s: %s (%s)"), values->name, tf_words_direction (values->direction), coin, why,
                          self->config->accounts[account].id);
  tell (self, record, TF_TONE_REFUSED, text);
}

static void
add_verdict (TfDesk         *self,
             const TfRecord *record)
{
  TfSignalItem *item = g_hash_table_lookup (self->by_signal, &record->ref);
  gint account = tf_config_find_account (self->config, record->account);
  TfSignalValues values;
  TfVerdictValues *verdict;

  if (item == NULL || account < 0)
    return;
  values = item->now;
  verdict = &values.verdict[account];
  verdict->verdict = record->code;
  g_strlcpy (verdict->reason, record->reason, sizeof verdict->reason);
  verdict->value = record->value;
  verdict->limit = record->limit;
  verdict->quantity = record->quantity;
  values.verdicts++;
  if (record->code == TF_VERDICT_ACCEPTED || record->code == TF_VERDICT_RESIZED)
    values.copied |= 1 << account;
  tf_item_update (TF_ITEM (item), &values);
  if (values.verdicts == (gint) self->config->n_accounts && values.copied == 0)
    tell_refusal (self, record, &values);
}

static void
add_outcome (TfDesk         *self,
             const TfRecord *record)
{
  TfSignalItem *item = g_hash_table_lookup (self->by_signal, &record->ref);
  TfSignalValues values;

  if (item == NULL)
    return;
  values = item->now;
  values.resolved = 1;
  values.resolved_time = record->time;
  values.outcome = (double) record->value / TF_SCALE;
  g_strlcpy (values.outcome_reason, record->reason, sizeof values.outcome_reason);
  tf_item_update (TF_ITEM (item), &values);
}

/**
 * tf_desk_forget_rows:
 *
 * What comes next is of another journal.
 */
void
tf_desk_forget_rows (TfDesk *self)
{
  GListStore *const lists[] = { self->fills, self->signals, self->feed };

  g_hash_table_remove_all (self->by_signal);
  g_ptr_array_set_size (self->new_fills, 0);
  g_ptr_array_set_size (self->new_signals, 0);
  g_ptr_array_set_size (self->new_feed, 0);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_list_store_remove_all (lists[i]);
  self->last_seq = 0;
  self->n_rate = 0;
}

/**
 * tf_desk_add_record:
 *
 * Makes the rows of one entry; they stand in the lists after the next flush.
 */
void
tf_desk_add_record (TfDesk         *self,
                    const TfRecord *record)
{
  if (record->seq <= self->last_seq) /* another journal */
    tf_desk_forget_rows (self);
  self->last_seq = record->seq;
  switch (record->kind)
    {
    case TF_RECORD_FILL:
      add_fill (self, record);
      break;
    case TF_RECORD_SIGNAL:
      add_signal (self, record);
      break;
    case TF_RECORD_VERDICT:
      add_verdict (self, record);
      break;
    case TF_RECORD_OUTCOME:
      add_outcome (self, record);
      break;
    case TF_RECORD_STATE:
      tell_record (self, record, record->code >= TF_STATE_HALTED && *record->origin == '\0' ? TF_TONE_ALARM : TF_TONE_WARNING);
      break;
    case TF_RECORD_ALERT:
      tell_record (self, record, record->code == TF_SEVERITY_CRITICAL ? TF_TONE_ALARM : TF_TONE_WARNING);
      if (record->code == TF_SEVERITY_CRITICAL && !self->past)
        {
          g_autofree char *text = tf_words_record (record, self->config);

          g_signal_emit_by_name (self, "alarm", text);
        }
      break;
    case TF_RECORD_FAULT:
      tell_record (self, record, TF_TONE_WARNING);
      break;
    case TF_RECORD_COMMAND:
      if (!self->past && (record->code == TF_COMMAND_SOURCES || record->code == TF_COMMAND_ADD_TRADER))
        tf_desk_load_sources (self); /* another program may have set them up */
      tell_record (self, record, TF_TONE_PLAIN);
      break;
    case TF_RECORD_SESSION:
      tell_record (self, record, TF_TONE_PLAIN);
      break;
    case TF_RECORD_ACCOUNT:
    case TF_RECORD_ORDER:
    case TF_RECORD_CANCEL:
    case TF_N_RECORDS:
    default:
      break;
    }
}
