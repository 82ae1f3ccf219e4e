#include "model/desk-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "model/backlog.h"
#include "model/live.h"
#include "model/run.h"
#include "model/words.h"

#define FLUSH_MS  200  /* between two updates of the lists */
#define FLOOD_MS  400  /* the same while so much comes that nobody can read it */
#define FLOOD     20   /* news at once; more are only counted, since each costs milliseconds to lay out */
#define FEED_ROWS 200
#define LISTEN_S 1     /* between two looks at the lines to venues: figures that anybody can read */
#define BACKLOG 8000   /* entries of the journal that are read back: enough for a full list of signals */
#define MOST_HELD 256  /* batches of records that wait until it is read */

enum { PROP_RUN_STATE = 1, PROP_MESSAGE, PROP_SIMULATED, PROP_HALTED, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { UPDATED, RENEWED, ALARM, LISTENED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TfDesk, tf_desk, G_TYPE_OBJECT)

/* Lists */

/* Puts what has come since the last time on top, newest first, and drops what is too much at the end. */
static void
prepend_rows (GListStore *store,
              GPtrArray  *added,
              guint       most)
{
  guint n = added->len, kept;

  if (n == 0)
    return;
  if (n > most)
    g_ptr_array_remove_range (added, 0, n - most);
  n = added->len;
  for (guint i = 0; i < n / 2; i++)
    {
      gpointer swap = added->pdata[i];

      added->pdata[i] = added->pdata[n - 1 - i];
      added->pdata[n - 1 - i] = swap;
    }
  kept = g_list_model_get_n_items (G_LIST_MODEL (store));
  if (kept + n > most)
    g_list_store_splice (store, most - n, kept + n - most, NULL, 0);
  g_list_store_splice (store, 0, 0, added->pdata, n);
  g_ptr_array_set_size (added, 0);
}

static void
set_halted (TfDesk   *self,
            gboolean  halted)
{
  if (self->halted == halted)
    return;
  self->halted = halted;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HALTED]);
}

static void
sync_snapshot (TfDesk *self)
{
  tf_desk_sync_rows (self);
  set_halted (self, self->snapshot != NULL && self->snapshot->state >= TF_STATE_HALTED);
}

static void
take_config (TfDesk   *self,
             TfConfig *config)
{
  gboolean simulated = self->config != NULL && self->config->simulated;

  if (self->config == config)
    return;
  tf_config_ref (config);
  if (self->config != NULL)
    tf_config_unref (self->config);
  self->config = config;
  g_signal_emit (self, signals[RENEWED], 0);
  if (simulated != config->simulated)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SIMULATED]);
}

/* Of a flood the newest are told; one line at their end says how many there were before. */
static void
count_news (TfDesk *self)
{
  guint left = self->new_feed->len - FLOOD + 1;
  TfFeedItem *newest_left = self->new_feed->pdata[left - 1];
  g_autofree char *number = tf_words_count (left), *text = g_strdup_printf (_("%s more: see the audit trail"), number);
  TfFeedValues values = { .seq = newest_left->now.seq, .time = newest_left->now.time, .tone = TF_TONE_REFUSED };

  g_strlcpy (values.text, text, sizeof values.text);
  g_ptr_array_remove_range (self->new_feed, 0, left - 1);
  tf_item_update (self->new_feed->pdata[0], &values);
}

static gboolean
flush (gpointer data)
{
  TfDesk *self = data;

  self->flush = 0;
  self->flood = self->new_feed->len > FLOOD;
  if (self->flood)
    count_news (self);
  prepend_rows (self->fills, self->new_fills, TF_DESK_ROWS);
  if (self->new_signals->len > 0)
    {
      prepend_rows (self->signals, self->new_signals, TF_DESK_ROWS);
      /* What has left the list may not be found any more. */
      if (g_hash_table_size (self->by_signal) > 2 * TF_DESK_ROWS)
        {
          g_hash_table_remove_all (self->by_signal);
          for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->signals)); i++)
            {
              g_autoptr (TfSignalItem) item = g_list_model_get_item (G_LIST_MODEL (self->signals), i);

              g_hash_table_replace (self->by_signal, &item->now.signal, g_object_ref (item));
            }
        }
    }
  prepend_rows (self->feed, self->new_feed, FEED_ROWS);
  if (self->fresh)
    {
      self->fresh = FALSE;
      take_config (self, self->snapshot->config);
      sync_snapshot (self);
    }
  g_signal_emit (self, signals[UPDATED], 0);
  return G_SOURCE_REMOVE;
}

static void
schedule (TfDesk *self)
{
  if (self->flush == 0)
    self->flush = g_timeout_add (self->flood ? FLOOD_MS : FLUSH_MS, flush, self);
}

static void
take_snapshot (TfDesk     *self,
               TfSnapshot *snapshot)
{
  tf_snapshot_ref (snapshot);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  self->snapshot = snapshot;
  self->fresh = TRUE;
  schedule (self);
}

static void load_backlog (TfDesk *self);

static void
on_changed (TfDesk *self)
{
  TfSnapshot *snapshot = tf_system_get_snapshot (self->system);

  if (snapshot == NULL || snapshot == self->snapshot)
    return;
  take_snapshot (self, snapshot);
  /* A command was carried out on a workspace at rest: nobody has handed its entries on. */
  if (!tf_desk_is_running (self) && self->path != NULL && self->loading == NULL && !self->wanted && snapshot->seq > self->last_seq)
    {
      load_backlog (self);
      self->at_rest = TRUE;
    }
}

static void
take_entries (TfDesk    *self,
              GPtrArray *entries,
              gboolean   held)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const TfEntry *entry = entries->pdata[i];

      if (!held || entry->record.seq > self->last_seq)
        tf_desk_add_record (self, &entry->record);
    }
  schedule (self);
}

static void
on_records (TfDesk    *self,
            GPtrArray *entries)
{
  TfSnapshot *snapshot = tf_system_get_snapshot (self->system);

  if (self->loading != NULL || self->wanted)
    {
      g_queue_push_tail (&self->held, g_ptr_array_ref (entries));
      if (self->held.length > MOST_HELD)
        g_ptr_array_unref (g_queue_pop_head (&self->held));
      return;
    }
  if (snapshot != NULL)
    take_config (self, snapshot->config);
  take_entries (self, entries, FALSE);
}

/* What a workspace holds */

static void
take_held (TfDesk *self)
{
  GPtrArray *entries;

  while ((entries = g_queue_pop_head (&self->held)) != NULL)
    {
      take_entries (self, entries, TRUE);
      g_ptr_array_unref (entries);
    }
}

static void
on_loaded (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfBacklog) backlog = tf_backlog_load_finish (result, &error);
  TfDesk *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* @data may be gone */
  g_clear_object (&self->loading);
  if (backlog != NULL)
    {
      tf_desk_forget_rows (self);
      if (!tf_desk_is_running (self) && backlog->snapshot != NULL
          && (!self->at_rest || self->snapshot == NULL))
        take_snapshot (self, backlog->snapshot);
      if (backlog->snapshot != NULL)
        take_config (self, backlog->snapshot->config);
      tf_desk_load_sources (self);
      tf_desk_load_candles (self);
      self->past = TRUE;
      for (guint i = 0; i < backlog->batch->records->len; i++)
        tf_desk_add_record (self, &g_array_index (backlog->batch->records, TfRecord, i));
      self->past = FALSE;
      schedule (self);
    }
  take_held (self);
}

static void
load_backlog (TfDesk *self)
{
  self->wanted = self->at_rest = FALSE;
  if (self->loading != NULL)
    {
      g_cancellable_cancel (self->loading);
      g_clear_object (&self->loading);
    }
  self->loading = g_cancellable_new ();
  tf_backlog_load_async (self->path, BACKLOG, self->loading, on_loaded, self);
}

/* Lines to venues: they have news also while nothing is decided. */

static gboolean
listen (gpointer data)
{
  TfDesk *self = data;
  const TfRunSpec *spec = tf_system_get_spec (self->system);
  const TfVenue *venue = spec != NULL && tf_desk_is_running (self) ? tf_venue_find (spec->market) : NULL;
  g_autoptr (TfConnectionItem) item = g_list_model_get_item (G_LIST_MODEL (self->connections), 0);
  TfRunFigures figures;

  if (venue != NULL)
    {
      tf_system_get_figures (self->system, &figures);
      if (figures.connection.state == TF_CONNECTION_IDLE) /* it has just been told to start, and says nothing yet */
        figures.connection = (TfConnectionFigures) { .state = TF_CONNECTION_CONNECTING, .age_ms = -1 };
      if (item == NULL)
        item = g_object_new (TF_TYPE_CONNECTION_ITEM, NULL);
      tf_connection_item_take (item, venue->title, &figures.connection, g_get_monotonic_time ());
      if (g_list_model_get_n_items (G_LIST_MODEL (self->connections)) == 0)
        g_list_store_append (self->connections, item);
      tf_desk_hear_sources (self);
      tf_desk_sync_traders (self);
      if (self->listen == 0)
        self->listen = g_timeout_add_seconds (LISTEN_S, listen, self);
    }
  else
    {
      g_list_store_remove_all (self->connections);
      tf_desk_hear_sources (self);
      tf_desk_sync_traders (self);
      g_clear_handle_id (&self->listen, g_source_remove);
    }
  g_signal_emit (self, signals[LISTENED], 0);
  return G_SOURCE_CONTINUE;
}

static void
on_run_state (TfDesk *self)
{
  const TfRunSpec *spec = tf_system_get_spec (self->system);
  TfRunState state = tf_system_get_run_state (self->system);

  if (state == TF_RUN_STARTING && spec != NULL
      && (self->loading != NULL || self->last_seq == 0 || g_strcmp0 (spec->workspace, self->path) != 0))
    {
      tf_desk_forget_rows (self);
      g_free (self->path);
      self->path = g_strdup (spec->workspace);
      self->wanted = self->path != NULL;
    }
  else if (state != TF_RUN_STARTING && self->wanted)
    load_backlog (self);
  if (state == TF_RUN_RUNNING)
    {
      tf_desk_load_sources (self);
      tf_desk_load_candles (self);
    }
  listen (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUN_STATE]);
}

static void
on_message (TfDesk *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MESSAGE]);
}

/* The object */

static void
tf_desk_get_property (GObject    *object,
                      guint       id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  TfDesk *self = TF_DESK (object);

  switch (id)
    {
    case PROP_RUN_STATE:
      g_value_set_int (value, (gint) tf_system_get_run_state (self->system));
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, tf_system_get_message (self->system));
      break;
    case PROP_SIMULATED:
      g_value_set_boolean (value, tf_desk_get_simulated (self));
      break;
    case PROP_HALTED:
      g_value_set_boolean (value, self->halted);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tf_desk_dispose (GObject *object)
{
  TfDesk *self = TF_DESK (object);

  g_clear_handle_id (&self->flush, g_source_remove);
  g_clear_handle_id (&self->listen, g_source_remove);
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_queue_clear_full (&self->held, (GDestroyNotify) g_ptr_array_unref);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  g_clear_object (&self->system);
  G_OBJECT_CLASS (tf_desk_parent_class)->dispose (object);
}

static void
tf_desk_finalize (GObject *object)
{
  TfDesk *self = TF_DESK (object);
  GListStore *const lists[] = { self->accounts, self->bots, self->traders, self->positions, self->fills, self->signals,
                                self->alerts, self->feed, self->connections, self->sources };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_object_unref (lists[i]);
  g_hash_table_unref (self->by_signal);
  g_ptr_array_unref (self->new_fills);
  g_ptr_array_unref (self->new_signals);
  g_ptr_array_unref (self->new_feed);
  tf_config_unref (self->config);
  g_free (self->path);
  g_free (self->offered);
  g_clear_pointer (&self->bars, g_array_unref);
  G_OBJECT_CLASS (tf_desk_parent_class)->finalize (object);
}

static void
tf_desk_class_init (TfDeskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = tf_desk_get_property;
  object_class->dispose = tf_desk_dispose;
  object_class->finalize = tf_desk_finalize;
  props[PROP_RUN_STATE] = g_param_spec_int ("run-state", NULL, NULL, 0, TF_RUN_FAILED, TF_RUN_STOPPED, flags);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  props[PROP_SIMULATED] = g_param_spec_boolean ("simulated", NULL, NULL, FALSE, flags);
  props[PROP_HALTED] = g_param_spec_boolean ("halted", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[UPDATED] = g_signal_new ("updated", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RENEWED] = g_signal_new ("renewed", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LISTENED] = g_signal_new ("listened", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ALARM] = g_signal_new ("alarm", TF_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tf_desk_init (TfDesk *self)
{
  self->accounts = g_list_store_new (TF_TYPE_ACCOUNT_ITEM);
  self->bots = g_list_store_new (TF_TYPE_VOTER_ITEM);
  self->traders = g_list_store_new (TF_TYPE_VOTER_ITEM);
  self->positions = g_list_store_new (TF_TYPE_POSITION_ITEM);
  self->fills = g_list_store_new (TF_TYPE_FILL_ITEM);
  self->signals = g_list_store_new (TF_TYPE_SIGNAL_ITEM);
  self->alerts = g_list_store_new (TF_TYPE_ALERT_ITEM);
  self->feed = g_list_store_new (TF_TYPE_FEED_ITEM);
  self->connections = g_list_store_new (TF_TYPE_CONNECTION_ITEM);
  self->sources = g_list_store_new (TF_TYPE_SOURCE_ITEM);
  self->bars_of = -1;
  self->new_fills = g_ptr_array_new_with_free_func (g_object_unref);
  self->new_signals = g_ptr_array_new_with_free_func (g_object_unref);
  self->new_feed = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_signal = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_object_unref);
}

/**
 * tf_desk_new:
 * @system: (transfer none): what it shows
 *
 * Returns: (transfer full): a desk that shows the demo market before its start
 */
TfDesk *
tf_desk_new (TfSystem *system)
{
  TfDesk *self = g_object_new (TF_TYPE_DESK, NULL);

  self->system = g_object_ref (system);
  g_signal_connect_object (system, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (system, "records", G_CALLBACK (on_records), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (system, "notify::run-state", G_CALLBACK (on_run_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (system, "notify::message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  tf_desk_set_market (self, "demo");
  return self;
}

/**
 * tf_desk_set_market:
 * @market: "demo", "replay" or a venue
 *
 * What is going to be started: until then the lists show its default configuration. Without effect while a system runs.
 */
void
tf_desk_set_market (TfDesk     *self,
                    const char *market)
{
  const TfVenue *venue = tf_venue_find (market);
  g_autoptr (TfUniverse) universe = NULL;
  g_autoptr (TfConfig) config = NULL;

  g_return_if_fail (TF_IS_DESK (self) && market != NULL);
  if (tf_desk_is_running (self) || (self->config != NULL && strcmp (self->config->market, market) == 0))
    return;
  universe = venue != NULL ? tf_live_universe (venue) : tf_universe_new_default ();
  config = tf_config_new_default (market, universe, g_str_equal (market, "replay") ? TF_HOUR : TF_MINUTE, 1);
  g_clear_pointer (&self->snapshot, tf_snapshot_unref);
  self->fresh = FALSE;
  tf_desk_forget_rows (self);
  take_config (self, config);
  sync_snapshot (self);
  g_signal_emit (self, signals[UPDATED], 0);
}

/**
 * tf_desk_show_workspace:
 * @path: a file that need not exist
 *
 * Shows what a workspace holds before it runs again: that the emergency stop holds, for one. Returns at once.
 */
void
tf_desk_show_workspace (TfDesk     *self,
                        const char *path)
{
  g_return_if_fail (TF_IS_DESK (self) && path != NULL);
  if (tf_desk_is_running (self))
    return;
  g_free (self->offered);
  self->offered = g_strdup (path);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->bars, g_array_unref);
  self->bars_of = -1;
  g_list_store_remove_all (self->sources);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  self->path = g_strdup (path);
  load_backlog (self);
}

/**
 * tf_desk_get_workspace:
 *
 * Returns: (transfer none) (nullable): the file of what is shown; NULL when it is kept nowhere, or nothing was shown yet
 */
const char *
tf_desk_get_workspace (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->path;
}

TfSystem *
tf_desk_get_system (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->system;
}

TfSnapshot *
tf_desk_get_snapshot (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->snapshot;
}

TfConfig *
tf_desk_get_config (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return self->config;
}

const TfTotals *
tf_desk_get_totals (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), NULL);
  return &self->totals;
}

gboolean
tf_desk_get_simulated (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  return self->config->simulated;
}

/**
 * tf_desk_get_halted:
 *
 * Returns: whether the emergency stop holds for the whole system
 */
gboolean
tf_desk_get_halted (TfDesk *self)
{
  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  return self->halted;
}

gboolean
tf_desk_is_running (TfDesk *self)
{
  TfRunState state;

  g_return_val_if_fail (TF_IS_DESK (self), FALSE);
  state = tf_system_get_run_state (self->system);
  return state == TF_RUN_STARTING || state == TF_RUN_RUNNING || state == TF_RUN_STOPPING;
}

#define GETTER(list) \
  GListModel * \
  tf_desk_get_##list (TfDesk *self) \
  { \
    g_return_val_if_fail (TF_IS_DESK (self), NULL); \
    return G_LIST_MODEL (self->list); \
  }

GETTER (accounts)
GETTER (bots)
GETTER (traders)
GETTER (positions)
GETTER (fills)
GETTER (signals)
GETTER (alerts)
GETTER (feed)
GETTER (connections)

static void
command_thread (GTask        *task,
                gpointer      object,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr (TfSnapshot) snapshot = NULL;
  GError *error = NULL;

  if (tf_run_command_workspace (g_object_get_data (G_OBJECT (task), "tf-path"), data, &snapshot, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_commanded (GObject      *object,
              GAsyncResult *result,
              gpointer      data)
{
  TfDesk *self = TF_DESK (object);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit (self, signals[ALARM], 0, error->message);
  else if (self->path != NULL && !tf_desk_is_running (self))
    load_backlog (self);
}

static void
send (TfDesk          *self,
      const TfCommand *command)
{
  const TfRunSpec *spec = tf_system_get_spec (self->system);
  g_autoptr (GTask) task = NULL;

  /* After a run another market's workspace may be looked at. */
  if (tf_desk_is_running (self) || self->path == NULL || (spec != NULL && g_strcmp0 (spec->workspace, self->path) == 0))
    {
      tf_system_command (self->system, command);
      return;
    }
  task = g_task_new (self, NULL, on_commanded, NULL);
  g_task_set_source_tag (task, send);
  g_object_set_data_full (G_OBJECT (task), "tf-path", g_strdup (self->path), g_free);
  g_task_set_task_data (task, g_memdup2 (command, sizeof *command), g_free);
  g_task_run_in_thread (task, command_thread);
}

/**
 * tf_desk_command:
 * @account: index, −1: all
 * @voter: a trader’s or bot’s index, or an alert’s number, as the type asks for
 *
 * Sends a command to the system, or carries it out on the workspace that is shown when nothing has run yet.
 */
void
tf_desk_command (TfDesk        *self,
                 TfCommandType  type,
                 gint           account,
                 gint64         voter)
{
  g_return_if_fail (TF_IS_DESK (self));
  send (self, &(TfCommand) { .type = type, .account = account, .voter = voter });
}

/**
 * tf_desk_set_policy:
 * @account: index, −1: all
 * @voter: a trader’s index
 * @param: TfPolicyParam
 *
 * Changes one field of a copy policy, as a command of the journal.
 */
void
tf_desk_set_policy (TfDesk *self,
                    gint    account,
                    gint64  voter,
                    gint    param,
                    double  value)
{
  g_return_if_fail (TF_IS_DESK (self));
  send (self, &(TfCommand) { TF_COMMAND_SET_POLICY, account, voter, param, value });
}
