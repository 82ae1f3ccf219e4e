#include "model/audit.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/risk/alerts.h"
#include "model/words.h"

#define LONGEST_CHAIN 32

struct _TfAuditEntry
{
  GObject   parent_instance;
  TfRecord  record;
  char     *account, *origin, *instrument, *reason, *text; /* the record's own */
  char     *sentence, *who;
  const char *what; /* the sentence without what the row says before it */
};

enum { PROP_CLOCK = 1, PROP_KIND, PROP_ACCOUNT, PROP_WHO, PROP_INSTRUMENT, PROP_SENTENCE, PROP_WHAT, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TfAuditEntry, tf_audit_entry, G_TYPE_OBJECT)

static void
tf_audit_entry_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TfAuditEntry *self = TF_AUDIT_ENTRY (object);

  switch (id)
    {
    case PROP_CLOCK:
      {
        g_autofree char *date = tf_words_date (self->record.time), *clock = tf_words_clock (self->record.time);

        g_value_take_string (value, g_strdup_printf ("%.10s %s", date, clock));
      }
      break;
    case PROP_KIND:
      g_value_set_string (value, self->record.kind == TF_RECORD_VERDICT ? tf_words_verdict ((TfVerdict) self->record.code)
                                                                       : tf_words_kind (self->record.kind));
      break;
    case PROP_ACCOUNT:
      g_value_set_string (value, self->account);
      break;
    case PROP_WHO:
      g_value_set_string (value, self->who);
      break;
    case PROP_INSTRUMENT:
      g_value_set_string (value, self->instrument);
      break;
    case PROP_SENTENCE:
      g_value_set_string (value, self->sentence);
      break;
    case PROP_WHAT:
      g_value_set_string (value, self->what);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tf_audit_entry_finalize (GObject *object)
{
  TfAuditEntry *self = TF_AUDIT_ENTRY (object);

  g_free (self->account);
  g_free (self->origin);
  g_free (self->instrument);
  g_free (self->reason);
  g_free (self->text);
  g_free (self->sentence);
  g_free (self->who);
  G_OBJECT_CLASS (tf_audit_entry_parent_class)->finalize (object);
}

static void
tf_audit_entry_class_init (TfAuditEntryClass *klass)
{
  static const char *const names[N_PROPS] = { NULL, "clock", "kind", "account", "who", "instrument", "sentence", "what" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_audit_entry_get_property;
  object_class->finalize = tf_audit_entry_finalize;
  for (guint i = 1; i < N_PROPS; i++)
    props[i] = g_param_spec_string (names[i], NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tf_audit_entry_init (TfAuditEntry *self)
{
}

static const char *
skip (const char *text,
      const char *prefix,
      const char *separator)
{
  gsize n = strlen (prefix), m = strlen (separator);

  return n > 0 && strncmp (text, prefix, n) == 0 && strncmp (text + n, separator, m) == 0 && text[n + m] != '\0' ? text + n + m
                                                                                                                 : text;
}

/**
 * tf_audit_entry_new:
 * @record: copied
 * @config: (nullable): whose names it uses
 */
TfAuditEntry *
tf_audit_entry_new (const TfRecord *record,
                    const TfConfig *config)
{
  TfAuditEntry *self = g_object_new (TF_TYPE_AUDIT_ENTRY, NULL);

  self->record = *record;
  self->record.account = self->account = g_strdup (record->account);
  self->record.origin = self->origin = g_strdup (record->origin);
  self->record.instrument = self->instrument = g_strdup (record->instrument);
  self->record.reason = self->reason = g_strdup (record->reason);
  self->record.text = self->text = g_strdup (record->text);
  self->sentence = tf_words_record (record, config);
  self->what = skip (self->sentence, self->account, ": ");
  if (record->kind == TF_RECORD_FILL)
    self->what = skip (self->what, self->account, " ");
  if (record->kind == TF_RECORD_VERDICT)
    self->what = skip (self->what, tf_words_verdict ((TfVerdict) record->code), " ");
  self->who = *record->origin != '\0' ? tf_words_voter (config, record->origin) : g_strdup ("");
  return self;
}

const TfRecord *
tf_audit_entry_get_record (TfAuditEntry *self)
{
  g_return_val_if_fail (TF_IS_AUDIT_ENTRY (self), NULL);

  return &self->record;
}

static void
add (GStrvBuilder *builder,
     const char   *name,
     const char   *value)
{
  if (value == NULL || *value == '\0')
    return;
  g_strv_builder_add (builder, name);
  g_strv_builder_add (builder, value);
}

static void
take (GStrvBuilder *builder,
      const char   *name,
      char         *value)
{
  add (builder, name, value);
  g_free (value);
}

static void
take_decimal (GStrvBuilder *builder,
              const char   *name,
              gint64        raw)
{
  g_autofree char *text = tf_decimal_to_string (raw);

  if (raw != 0)
    take (builder, name, raw < 0 ? g_strconcat ("−", text + 1, NULL) : g_steal_pointer (&text));
}

static const char *
code_in_words (const TfRecord *r,
               const char    **name)
{
  *name = _("Side");
  switch (r->kind)
    {
    case TF_RECORD_VERDICT:
      *name = _("Verdict");
      return tf_words_verdict ((TfVerdict) r->code);
    case TF_RECORD_STATE:
      *name = _("State");
      return tf_words_state ((TfTradingState) r->code);
    case TF_RECORD_ALERT:
      *name = _("Severity");
      return tf_words_severity ((TfSeverity) r->code);
    case TF_RECORD_SIGNAL:
    case TF_RECORD_OUTCOME:
      *name = _("Direction");
      return tf_words_direction (r->code);
    case TF_RECORD_ORDER:
    case TF_RECORD_CANCEL:
    case TF_RECORD_FILL:
      return tf_words_side (r->code);
    case TF_RECORD_SESSION:
    case TF_RECORD_ACCOUNT:
    case TF_RECORD_COMMAND:
    case TF_RECORD_FAULT:
    case TF_N_RECORDS:
    default:
      return NULL;
    }
}

/* What the two compared numbers and the amount are depends on the kind. */
static void
name_numbers (const TfRecord *r,
              const char    **value,
              const char    **limit,
              const char    **amount,
              const char    **ref)
{
  *value = _("Compared value");
  *limit = _("Compared with");
  *amount = _("Amount");
  *ref = _("Signal");
  switch (r->kind)
    {
    case TF_RECORD_SIGNAL:
      *value = _("Confidence");
      *limit = _("Expected outcome, R");
      break;
    case TF_RECORD_OUTCOME:
      *value = _("Outcome after costs, R");
      *limit = _("Confidence then");
      break;
    case TF_RECORD_FILL:
      *amount = _("Realised before fees");
      *ref = _("Order");
      break;
    case TF_RECORD_ORDER:
    case TF_RECORD_CANCEL:
      *ref = _("Order");
      break;
    case TF_RECORD_ACCOUNT:
      *amount = _("Capital");
      break;
    case TF_RECORD_VERDICT:
      *amount = _("Value of the trade");
      break;
    case TF_RECORD_ALERT:
      *limit = _("Limit");
      break;
    case TF_RECORD_COMMAND:
      *ref = _("Market events before");
      break;
    case TF_RECORD_SESSION:
    case TF_RECORD_STATE:
    case TF_RECORD_FAULT:
    case TF_N_RECORDS:
    default:
      break;
    }
}

/**
 * tf_audit_entry_describe:
 * @config: (nullable): whose names it uses
 *
 * Returns: (transfer full): every field that says something, exact, as name, value, name, value …
 */
GStrv
tf_audit_entry_describe (TfAuditEntry   *self,
                         const TfConfig *config)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const TfRecord *r = &self->record;
  const char *value, *limit, *amount, *ref, *name, *words;
  char hex[2 * TF_HASH_SIZE + 1];

  name_numbers (r, &value, &limit, &amount, &ref);
  take (builder, _("Entry"), tf_words_count (r->seq));
  take (builder, _("Time, UTC"), tf_words_moment (r->time));
  add (builder, _("Kind"), tf_words_kind (r->kind));
  words = code_in_words (r, &name);
  add (builder, name, words);
  if (*r->account != '\0')
    take (builder, _("Account"), tf_words_account (config, r->account));
  add (builder, _("Bot or trader"), self->who);
  add (builder, _("Instrument"), r->instrument);
  if (*r->reason != '\0')
    add (builder, _("Reason"), tf_words_record_reason (r));
  if (r->ref != 0)
    take (builder, ref, tf_words_count (r->ref));
  take_decimal (builder, _("Price"), r->price);
  take_decimal (builder, _("Quantity"), r->quantity);
  take_decimal (builder, amount, r->amount);
  take_decimal (builder, _("Fee"), r->fee);
  take_decimal (builder, value, r->value);
  take_decimal (builder, limit, r->limit);
  add (builder, _("Details"), r->text);
  tf_hash_to_hex (r->hash, hex);
  add (builder, _("Hash"), hex);
  return g_strv_builder_end (builder);
}

/* Loading */

typedef struct
{
  char           *workspace, *account, *search;
  TfConfig       *config;
  TfJournalFilter filter;
  gint64          chain;   /* entry whose causes are asked for; 0: a page */
  GPtrArray      *entries;
  GCancellable   *cancellable;
} Load;

static void
free_load (gpointer data)
{
  Load *self = data;

  g_free (self->workspace);
  g_free (self->account);
  g_free (self->search);
  g_clear_pointer (&self->config, tf_config_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self);
}

static gboolean
take_entry (const TfRecord *record,
            gpointer        data)
{
  Load *self = data;

  g_ptr_array_add (self->entries, tf_audit_entry_new (record, self->config));
  return !g_cancellable_is_cancelled (self->cancellable);
}

static gboolean
load_chain (Load         *self,
            TfWorkspace  *workspace,
            GError      **error)
{
  gint64 seq = self->chain;

  while (seq > 0 && self->entries->len < LONGEST_CHAIN)
    {
      TfJournalFilter one = { .after = seq - 1, .before = seq + 1 };
      guint before = self->entries->len;

      if (!tf_journal_iterate (workspace, &one, take_entry, self, error))
        return FALSE;
      if (self->entries->len == before)
        break;
      seq = TF_AUDIT_ENTRY (g_ptr_array_index (self->entries, before))->record.cause;
    }
  return TRUE;
}

static void
run_load (GTask        *task,
          gpointer      owner,
          gpointer      data,
          GCancellable *cancellable)
{
  Load *self = data;
  GError *error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (self->workspace, TF_WORKSPACE_READER, &error);
  gboolean good;

  self->cancellable = cancellable;
  self->entries = g_ptr_array_new_with_free_func (g_object_unref);
  good = workspace != NULL
         && (self->chain > 0 ? load_chain (self, workspace, &error)
                             : tf_journal_iterate (workspace, &self->filter, take_entry, self, &error));
  if (g_task_return_error_if_cancelled (task))
    g_clear_error (&error);
  else if (good)
    g_task_return_pointer (task, g_steal_pointer (&self->entries), (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
start_load (const char            *workspace,
            TfConfig              *config,
            const TfJournalFilter *filter,
            gint64                 chain,
            GCancellable          *cancellable,
            GAsyncReadyCallback    callback,
            gpointer               data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Load *load = g_new0 (Load, 1);

  load->workspace = g_strdup (workspace);
  load->config = config != NULL ? tf_config_ref (config) : NULL;
  load->chain = chain;
  if (filter != NULL)
    {
      load->filter = *filter;
      load->filter.account = load->account = g_strdup (filter->account);
      load->filter.search = load->search = g_strdup (filter->search);
    }
  g_task_set_source_tag (task, start_load);
  g_task_set_task_data (task, load, free_load);
  g_task_run_in_thread (task, run_load);
}

void
tf_audit_load_async (const char            *workspace,
                     TfConfig              *config,
                     const TfJournalFilter *filter,
                     GCancellable          *cancellable,
                     GAsyncReadyCallback    callback,
                     gpointer               data)
{
  start_load (workspace, config, filter, 0, cancellable, callback, data);
}

void
tf_audit_chain_async (const char          *workspace,
                      TfConfig            *config,
                      gint64               seq,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             data)
{
  g_return_if_fail (seq > 0);

  start_load (workspace, config, NULL, seq, cancellable, callback, data);
}

GPtrArray *
tf_audit_load_finish (GAsyncResult  *result,
                      GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Verifying */

typedef struct
{
  char          *workspace;
  TfProgress     progress;
  TfVerification result;
} Verify;

static void
free_verify (gpointer data)
{
  Verify *self = data;

  g_free (self->workspace);
  g_free (self);
}

static void
run_verify (GTask        *task,
            gpointer      owner,
            gpointer      data,
            GCancellable *cancellable)
{
  Verify *self = data;
  GError *error = NULL;

  if (tf_journal_verify (self->workspace, tf_progress_note, &self->progress, cancellable, &self->result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * tf_audit_verify_async:
 * @progress: (nullable): called on the main thread, with @data
 *
 * Follows the hash chain from the first entry to the last.
 */
void
tf_audit_verify_async (const char          *workspace,
                       TfProgressFunc       progress,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Verify *verify = g_new0 (Verify, 1);

  verify->workspace = g_strdup (workspace);
  tf_progress_init (&verify->progress, task, progress, data);
  g_task_set_source_tag (task, tf_audit_verify_async);
  g_task_set_task_data (task, verify, free_verify);
  g_task_run_in_thread (task, run_verify);
}

gboolean
tf_audit_verify_finish (GAsyncResult    *result,
                        TfVerification  *verification,
                        GError         **error)
{
  const Verify *self = g_task_get_task_data (G_TASK (result));

  *verification = self->result;
  return g_task_propagate_boolean (G_TASK (result), error);
}
