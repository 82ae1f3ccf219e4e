#include "model/desk-private.h"

#include <string.h>

#include "io/feeds/venue.h"

/* Where traders are heard: the workspace's table of sources, and how those are that a running system listens to. */

static TfSourceItem *
find_item (TfDesk *self,
           gint64  id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (TfSourceItem) item = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (item->now.id == id)
        return item; /* the list holds it */
    }
  return NULL;
}

/* Rows that stay are the same items: who looks at them sees no jump. */
static void
take_rows (TfDesk    *self,
           GPtrArray *rows)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean same = rows->len == g_list_model_get_n_items (G_LIST_MODEL (self->sources));

  for (guint i = 0; i < rows->len; i++)
    {
      TfStoredSource *row = g_ptr_array_index (rows, i);
      TfSourceItem *item = find_item (self, row->id);
      TfSourceFigures figures;

      item = item != NULL ? g_object_ref (item) : g_object_new (TF_TYPE_SOURCE_ITEM, NULL);
      same = same && item->now.id == row->id;
      figures = item->now.figures;
      tf_source_item_take (item, row, item->now.heard && row->enabled ? &figures : NULL);
      g_ptr_array_add (items, item);
    }
  g_ptr_array_set_free_func (rows, NULL); /* the items have them now */
  if (!same)
    g_list_store_splice (self->sources, 0, g_list_model_get_n_items (G_LIST_MODEL (self->sources)), items->pdata, items->len);
  tf_desk_hear_sources (self);
  tf_desk_sync_traders (self);
}

/**
 * tf_desk_hear_sources:
 *
 * Takes over how the sources are that the system listens to.
 */
void
tf_desk_hear_sources (TfDesk *self)
{
  g_autoptr (GArray) reports = tf_system_get_sources (self->system);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (TfSourceItem) item = g_list_model_get_item (G_LIST_MODEL (self->sources), i);
      const TfSourceFigures *figures = NULL;

      for (guint k = 0; k < reports->len; k++)
        if (g_array_index (reports, TfSourceReport, k).id == item->now.id)
          figures = &g_array_index (reports, TfSourceReport, k).figures;
      tf_source_item_take (item, item->row, figures);
    }
}

/**
 * tf_desk_heard:
 * @trader: index
 * @why: (out): of WAITING and FAILED; empty else
 *
 * Returns: how a trader is heard, by the best of the sources
 */
TfHeard
tf_desk_heard (TfDesk *self,
               guint   trader,
               char   *why,
               gsize   size)
{
  static const TfHeard heard[] = {
    [TF_SOURCE_OFF] = TF_HEARD_CONNECTING, [TF_SOURCE_CONNECTING] = TF_HEARD_CONNECTING, [TF_SOURCE_LIVE] = TF_HEARD_LIVE,
    [TF_SOURCE_WAITING] = TF_HEARD_WAITING, [TF_SOURCE_FAILED] = TF_HEARD_FAILED,
  };
  /* Of several, the one that comes first here is told. */
  static const TfHeard order[] = {
    TF_HEARD_LIVE, TF_HEARD_CONNECTING, TF_HEARD_WAITING, TF_HEARD_FAILED, TF_HEARD_AT_REST, TF_HEARD_OFF,
  };
  guint best = G_N_ELEMENTS (order);

  *why = '\0';
  if (self->config->simulated)
    return TF_HEARD_SIMULATED;
  if (!tf_desk_can_listen (self))
    return self->config->traders[trader].grade != 0 ? TF_HEARD_RECORDED : TF_HEARD_NOWHERE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (TfSourceItem) item = g_list_model_get_item (G_LIST_MODEL (self->sources), i);
      TfHeard state = !item->now.enabled ? TF_HEARD_OFF
                      : item->now.heard ? heard[item->now.figures.state]
                      : tf_desk_is_running (self) ? TF_HEARD_CONNECTING : TF_HEARD_AT_REST;

      if (tf_config_find_trader (self->config, item->now.name) != (gint) trader)
        continue;
      for (guint k = 0; k < best; k++)
        if (order[k] == state)
          {
            best = k;
            g_strlcpy (why, state == TF_HEARD_WAITING || state == TF_HEARD_FAILED ? item->now.figures.reason : "", size);
          }
    }
  return best < G_N_ELEMENTS (order) ? order[best] : TF_HEARD_NOWHERE;
}

/* Reading and writing */

static void
on_rows (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfSourceRows) rows = tf_source_rows_finish (result, &error);
  TfDesk *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* @data may be gone */
  g_clear_object (&self->looking);
  if (rows != NULL)
    take_rows (self, rows->rows);
}

/**
 * tf_desk_load_sources:
 *
 * The table is, or may be, another one.
 */
void
tf_desk_load_sources (TfDesk *self)
{
  if (self->looking != NULL)
    {
      g_cancellable_cancel (self->looking);
      g_clear_object (&self->looking);
    }
  if (self->path == NULL)
    {
      g_list_store_remove_all (self->sources);
      return;
    }
  self->looking = g_cancellable_new ();
  tf_source_rows_async (self->path, TF_SOURCE_ROWS_LOAD, NULL, self->looking, on_rows, self);
}

static void
on_edited (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GTask) task = data;
  TfDesk *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (TfSourceRows) rows = tf_source_rows_finish (result, &error);

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_strcmp0 (g_task_get_task_data (task), self->offered) == 0 || g_strcmp0 (g_task_get_task_data (task), self->path) == 0)
    {
      if (self->path == NULL)
        self->path = g_strdup (self->offered); /* it has just been made */
      take_rows (self, rows->rows);
      if (rows->started)
        tf_desk_command (self, TF_COMMAND_SOURCES, -1, 0);
    }
  g_task_return_boolean (task, TRUE);
}

/**
 * tf_desk_edit_sources:
 * @source: (nullable): what the verb is about
 *
 * Changes the table of sources, and tells the system that it has changed.
 */
void
tf_desk_edit_sources (TfDesk               *self,
                      TfSourceRowsVerb      verb,
                      const TfStoredSource *source,
                      GAsyncReadyCallback   callback,
                      gpointer              data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  const char *path = self->path != NULL ? self->path : self->offered;

  g_task_set_source_tag (task, tf_desk_edit_sources);
  if (path == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "found no workspace, expected that of a live market");
      return;
    }
  g_task_set_task_data (task, g_strdup (path), g_free);
  tf_source_rows_async (path, verb, source, NULL, on_edited, g_steal_pointer (&task));
}

gboolean
tf_desk_edit_sources_finish (TfDesk        *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

GListModel *
tf_desk_get_sources (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return G_LIST_MODEL (self->sources);
}

gboolean
tf_desk_can_listen (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  return tf_venue_find (self->config->market) != NULL;
}
