#include "model/run-private.h"

/* What a copy policy would make of a trader's position, asked of the engine that runs. */

/**
 * tf_run_set_wish:
 * @wish: (nullable): copied; its serial is not 0
 *
 * From any thread.
 */
void
tf_run_set_wish (TfRun               *self,
                 const TfPreviewWish *wish)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->wish, g_free);
  self->wish = g_memdup2 (wish, sizeof *wish);
  g_mutex_unlock (&self->lock);
}

/**
 * tf_run_get_preview:
 * @serial: of the wish
 * @known: (out): whether there was a price to work with
 *
 * From any thread.
 *
 * Returns: whether the wish was worked out by now
 */
gboolean
tf_run_get_preview (TfRun         *self,
                    guint          serial,
                    TfCopyPreview *preview,
                    gboolean      *known)
{
  gboolean done;

  g_mutex_lock (&self->lock);
  done = self->previewed == serial;
  *preview = self->preview;
  *known = self->preview_known;
  g_mutex_unlock (&self->lock);
  return done;
}

static gboolean
preview_with (TfEngine            *engine,
              const TfPreviewWish *wish,
              TfCopyPreview       *preview)
{
  const TfConfig *config = tf_engine_get_config (engine);

  return wish->trader < config->n_traders && wish->account < config->n_accounts && wish->instrument < config->universe->n
         && tf_engine_preview_copy (engine, wish->trader, wish->account, wish->instrument, &wish->policy, wish->position, preview);
}

/* On the run's thread. */
void
tf_run_answer_wish (TfRun *self)
{
  g_autofree TfPreviewWish *wish = NULL;
  TfCopyPreview preview = { 0 };
  gboolean known;

  g_mutex_lock (&self->lock);
  wish = g_memdup2 (self->wish, sizeof *self->wish);
  g_mutex_unlock (&self->lock);
  if (wish == NULL)
    return;
  known = preview_with (self->engine, wish, &preview);
  g_mutex_lock (&self->lock);
  self->preview = preview;
  self->preview_known = known;
  self->previewed = wish->serial;
  g_mutex_unlock (&self->lock);
}
