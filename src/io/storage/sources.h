#pragma once

#include "io/storage/workspace.h"

G_BEGIN_DECLS

/* Where the words of a trader come from, as the user has set it up. Strings are owned. What is secret is kept elsewhere. */
typedef struct
{
  gint64   id;                 /* 0: not stored yet */
  char    *name;               /* the trader's */
  char    *kind, *address;     /* see TfSourceSpec */
  char    *endpoint, *contact; /* (nullable) */
  gboolean enabled;            /* FALSE: nobody listens there */
  TfTime   heard;              /* up to then somebody has; 0: not since it was set up or switched on */
} TfStoredSource;

/* That a source was listened to. */
typedef struct
{
  gint64 id;   /* of the source */
  TfTime time; /* up to when */
} TfSourceHeard;

/* Raw words that signals were read from. */
typedef struct
{
  char    hash[65]; /* SHA-256 in hexadecimal */
  TfTime  time;     /* received */
  GBytes *raw;
} TfEvidence;

void       tf_stored_source_free           (TfStoredSource       *self);
void       tf_evidence_free                (TfEvidence           *self);
GPtrArray *tf_workspace_load_sources       (TfWorkspace          *self,
                                            GError              **error);
gboolean   tf_workspace_save_source        (TfWorkspace          *self,
                                            TfStoredSource       *source,
                                            GError              **error);
gboolean   tf_workspace_remove_source      (TfWorkspace          *self,
                                            gint64                id,
                                            GError              **error);
GBytes    *tf_workspace_load_evidence      (TfWorkspace          *self,
                                            const char           *hash,
                                            GError              **error);

G_END_DECLS
