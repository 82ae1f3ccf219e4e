#include "model/run.h"

#include <string.h>

TfRunSpec *
tf_run_spec_new (const char *market)
{
  TfRunSpec *self = g_new0 (TfRunSpec, 1);

  self->market = g_strdup (market);
  self->data = g_new0 (char *, 1);
  self->signals = g_new0 (char *, 1);
  self->speed = strcmp (market, "replay") == 0 || strcmp (market, "backtest") == 0 ? 0 : 1;
  self->seed = self->speed == 0 ? 0 : 1;
  return self;
}

TfRunSpec *
tf_run_spec_copy (const TfRunSpec *self)
{
  TfRunSpec *copy = g_memdup2 (self, sizeof *self);

  copy->market = g_strdup (self->market);
  copy->workspace = g_strdup (self->workspace);
  copy->endpoint = g_strdup (self->endpoint);
  copy->record = g_strdup (self->record);
  copy->data = g_strdupv (self->data);
  copy->signals = g_strdupv (self->signals);
  return copy;
}

void
tf_run_spec_free (TfRunSpec *self)
{
  g_free (self->market);
  g_free (self->workspace);
  g_free (self->endpoint);
  g_free (self->record);
  g_strfreev (self->data);
  g_strfreev (self->signals);
  g_free (self);
}

/**
 * tf_run_spec_of_workspace:
 *
 * Returns: (transfer full): what the run of @workspace was started with
 */
TfRunSpec *
tf_run_spec_of_workspace (const char  *path,
                          GError     **error)
{
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_READER, error);
  g_autoptr (TfSession) session = workspace != NULL ? tf_workspace_load_session (workspace, error) : NULL;
  TfRunSpec *spec;

  if (session == NULL)
    return NULL;
  spec = tf_run_spec_new (session->market);
  spec->workspace = g_strdup (path);
  g_strfreev (spec->data);
  g_strfreev (spec->signals);
  spec->data = g_strdupv (session->data);
  spec->signals = g_strdupv (session->signals);
  spec->seed = session->seed;
  spec->interval = session->interval;
  spec->from = session->from;
  spec->to = session->to;
  spec->speed = session->speed;
  return spec;
}
