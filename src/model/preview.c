#include "model/preview.h"

#include <glib/gi18n.h>

struct _TfPreview
{
  GObject        parent_instance;
  TfDesk        *desk;
  TfPreviewWish  wish;       /* its serial is 0 before the first */
  TfCopyPreview  preview;
  gboolean       known;
  const char    *why;        /* (nullable): it is not known */
  GCancellable  *reading;    /* (nullable): a workspace at rest */
};

/* One wish in a workspace at rest, for its thread. */
typedef struct
{
  char         *path;
  TfPreviewWish wish;
  TfCopyPreview preview;
} Question;

static guint changed;
static guint last_serial; /* of all previews: there is one run */

G_DEFINE_FINAL_TYPE (TfPreview, tf_preview, G_TYPE_OBJECT)

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->path);
  g_free (question);
}

static void
take (TfPreview           *self,
      const TfCopyPreview *preview,
      const char          *why)
{
  self->known = preview != NULL;
  self->why = why;
  if (preview != NULL)
    self->preview = *preview;
  g_signal_emit (self, changed, 0);
}

static void
on_updated (TfPreview *self)
{
  TfSystem *system = tf_desk_get_system (self->desk);
  TfCopyPreview preview;
  gboolean known;

  if (self->wish.serial == 0 || tf_system_get_run_state (system) != TF_RUN_RUNNING)
    return;
  if (!tf_system_get_preview (system, self->wish.serial, &preview, &known))
    tf_system_set_wish (system, &self->wish); /* another editor has wished meanwhile, or the run is a new one */
  else
    take (self, known ? &preview : NULL, known ? NULL : _("There is no price for it yet."));
}

static void
read_thread (GTask        *task,
             gpointer      object,
             gpointer      data,
             GCancellable *cancellable)
{
  Question *question = data;
  const TfPreviewWish *wish = &question->wish;
  TfPolicySetting settings[TF_N_POLICY_FIELDS];
  TfCopyPolicy policy;
  TfPrice price = { 0 };
  GError *error = NULL;

  for (gint p = 0; p < TF_N_POLICY_FIELDS; p++)
    settings[p] = (TfPolicySetting) { wish->trader, wish->account, p, tf_copy_policy_get (&wish->policy, p) };
  if (tf_run_preview_copy (question->path, settings, TF_N_POLICY_FIELDS, wish->trader, wish->account, wish->instrument, wish->position,
                           &price, &policy, &question->preview, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  TfPreview *self = TF_PREVIEW (object);
  Question *question = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->reading);
  take (self, done ? &question->preview : NULL,
        done ? NULL : _("There is no price for it yet: start the system once."));
}

static void
read_workspace (TfPreview *self)
{
  const char *path = tf_desk_get_workspace (self->desk);
  g_autoptr (GTask) task = NULL;
  Question *question;

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (path == NULL)
    {
      take (self, NULL, _("There is no price for it yet: start the system once."));
      return;
    }
  question = g_new0 (Question, 1);
  question->path = g_strdup (path);
  question->wish = self->wish;
  self->reading = g_cancellable_new ();
  task = g_task_new (self, self->reading, on_read, NULL);
  g_task_set_source_tag (task, read_workspace);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, read_thread);
}

/**
 * tf_preview_set:
 * @wish: its serial does not matter
 *
 * “changed” tells when it was worked out.
 */
void
tf_preview_set (TfPreview           *self,
                const TfPreviewWish *wish)
{
  TfSystem *system;

  g_return_if_fail (TF_IS_PREVIEW (self) && wish != NULL);
  system = tf_desk_get_system (self->desk);
  self->wish = *wish;
  self->wish.serial = ++last_serial;
  if (tf_system_get_run_state (system) == TF_RUN_RUNNING)
    tf_system_set_wish (system, &self->wish);
  else
    read_workspace (self);
}

const TfCopyPreview *
tf_preview_get (TfPreview   *self,
                const char **why)
{
  g_return_val_if_fail (TF_IS_PREVIEW (self), NULL);
  if (why != NULL)
    *why = self->why;
  return self->known ? &self->preview : NULL;
}

static void
tf_preview_dispose (GObject *object)
{
  TfPreview *self = TF_PREVIEW (object);

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (self->desk != NULL)
    {
      TfCopyPreview preview;
      gboolean known;
      TfSystem *system = tf_desk_get_system (self->desk);

      if (tf_system_get_preview (system, self->wish.serial, &preview, &known))
        tf_system_set_wish (system, NULL);
    }
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (tf_preview_parent_class)->dispose (object);
}

static void
tf_preview_class_init (TfPreviewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tf_preview_dispose;
  changed = g_signal_new ("changed", TF_TYPE_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tf_preview_init (TfPreview *self)
{
}

/**
 * tf_preview_new:
 *
 * Returns: (transfer full): nothing is wished yet
 */
TfPreview *
tf_preview_new (TfDesk *desk)
{
  TfPreview *self = g_object_new (TF_TYPE_PREVIEW, NULL);

  self->desk = g_object_ref (desk);
  g_signal_connect_object (desk, "updated", G_CALLBACK (on_updated), self, G_CONNECT_SWAPPED);
  return self;
}
