#pragma once

#include "core/engine/config.h"
#include "core/engine/record.h"
#include "core/engine/snapshot.h"
#include "core/market/event.h"

G_BEGIN_DECLS

/* One SQLite file with all that a market's runs leave behind: configuration, journal, state, checkpoint. Data of different
 * origin never mixes: each market has its own workspace.
 *
 * A workspace belongs to one thread at a time. While a TfWriter runs on it, it is the writer's; whoever else wants to
 * read opens the same path again as TF_WORKSPACE_READER, on any thread of any process. */
typedef struct _TfWorkspace TfWorkspace;

typedef enum
{
  TF_WORKSPACE_READER,  /* reads only, beside an owner or without one */
  TF_WORKSPACE_OWNER,   /* creates, migrates, writes; one process at a time */
  TF_WORKSPACE_CONTROL, /* may add to the command inbox and set up traders' sources, nothing else */
} TfWorkspaceMode;

/* What a run was started with: enough to start it again where it stopped. */
typedef struct
{
  char     market[24];
  char    *description;
  char   **data;        /* paths of candle files, folders, recordings */
  char   **signals;     /* paths of signal files */
  guint64  seed;
  TfTime   interval;
  TfTime   from, to;    /* 0: open */
  double   speed;       /* times real time; 0: as fast as it goes */
  TfTime   started;     /* wall time of the first start */
  gboolean finished;    /* the source came to its end */
} TfSession;

/* The engine's saved state, and the place in the journal and in the event stream that it belongs to. */
typedef struct
{
  GBytes *state;        /* (nullable): none was made yet */
  gint64  events, seq;
  guint8  head[TF_HASH_SIZE];
} TfCheckpoint;

/* A command that another process left for the owner. */
typedef struct
{
  gint64    id;         /* 1, 2, 3 …; TfBatch.inbox tells the writer which were taken */
  TfTime    time;       /* wall time at which it was posted */
  TfCommand command;
} TfInboxCommand;

/* Opening */
char        *tf_workspace_default_path    (const char           *market);
TfWorkspace *tf_workspace_open            (const char           *path,
                                           TfWorkspaceMode       mode,
                                           GError              **error);
void         tf_workspace_close           (TfWorkspace          *self);
const char  *tf_workspace_get_path        (const TfWorkspace    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfWorkspace, tf_workspace_close)

/* What the runs are made of */
gboolean     tf_workspace_save_config     (TfWorkspace          *self,
                                           const TfConfig       *config,
                                           GError              **error);
TfConfig    *tf_workspace_load_config     (TfWorkspace          *self,
                                           GError              **error);
gboolean     tf_workspace_save_session    (TfWorkspace          *self,
                                           const TfSession      *session,
                                           GError              **error);
TfSession   *tf_workspace_load_session    (TfWorkspace          *self,
                                           GError              **error);
void         tf_session_free              (TfSession            *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfSession, tf_session_free)

/* Where they stand */
gboolean     tf_workspace_get_head        (TfWorkspace          *self,
                                           gint64               *seq,
                                           guint8                hash[TF_HASH_SIZE],
                                           GError              **error);
TfSnapshot  *tf_workspace_load_snapshot   (TfWorkspace          *self,
                                           GError              **error);
gboolean     tf_workspace_load_checkpoint (TfWorkspace          *self,
                                           TfCheckpoint         *checkpoint,
                                           GError              **error);
void         tf_checkpoint_clear          (TfCheckpoint         *checkpoint);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TfCheckpoint, tf_checkpoint_clear)
GByteArray  *tf_workspace_load_inputs     (TfWorkspace          *self,
                                           GError              **error);
gboolean     tf_workspace_compare         (TfWorkspace          *self,
                                           const TfRecord       *record,
                                           GError              **error);

/* Commands from other processes */
gboolean     tf_workspace_post_command    (TfWorkspace          *self,
                                           const TfCommand      *command,
                                           GError              **error);
GArray      *tf_workspace_take_commands   (TfWorkspace          *self,
                                           gint64                after,
                                           GError              **error);

/* Market data cache */
gboolean     tf_workspace_cache_candles   (TfWorkspace          *self,
                                           const char           *symbol,
                                           TfTime                interval,
                                           const TfCandle       *candles,
                                           guint                 n_candles,
                                           GError              **error);
GArray      *tf_workspace_load_candles    (TfWorkspace          *self,
                                           const char           *symbol,
                                           TfTime                interval,
                                           TfTime                from,
                                           TfTime                to,
                                           GError              **error);

G_END_DECLS
