#pragma once

#include "core/base/time.h"

G_BEGIN_DECLS

typedef struct _TfSourceHub TfSourceHub;

/* Whom to listen to, and where. Strings are owned. */
typedef struct
{
  char *kind;     /* id in the table of kinds */
  char *trader;   /* the trader's id */
  char *address;  /* what the kind needs: an 0x address, a URL, a CIK, a lead trader's code, a key, a path, a name */
  char *endpoint; /* (nullable): another base URL than the kind's own: tests, mirrors */
  char *secret;   /* (nullable): of a webhook */
  char *contact;  /* (nullable): name and e-mail, where a host wants to know who asks */
  TfTime since;   /* what was published after that is news, though it was there before anybody listened; 0: from now on */
} TfSourceSpec;

typedef enum
{
  TF_SOURCE_OFF,
  TF_SOURCE_CONNECTING,
  TF_SOURCE_LIVE,
  TF_SOURCE_WAITING, /* after an error, until the next attempt */
  TF_SOURCE_FAILED,  /* another attempt would not help; waits for the user */
} TfSourceState;

/* For the person who asks how a source is. */
typedef struct
{
  TfSourceState state;
  char          reason[160];  /* of the state, or the last error; in words */
  gint64        retry_ms;     /* WAITING: from now until the next attempt */
  guint64       messages;     /* heard */
  guint64       signals;      /* emitted */
  guint64       ignored;      /* fine, but no news: seen before, from before the start, of no market */
  guint64       errors;       /* what should have been something and was not: malformed, forged, no answer */
  TfTime        last_message; /* 0: none yet */
  TfTime        last_signal;
  TfTime        heard;        /* what was there by then was heard; the next one may go on from there; 0: not started */
} TfSourceFigures;

/* What makes a kind live. One driver serves all specs of its kind at one endpoint: ten addresses share a
 * socket, all webhooks one listener. It lives on the hub's thread, and tells what it hears by the functions
 * of hub.h. */
typedef struct
{
  /* (nullable): whether an address may be one at all; asked while it is typed, and before open() */
  gboolean (*check) (const char                *address,
                     GError                   **error);
  /* @endpoint is that of the specs, or the kind's. @specs live as long as the hub; each is an identity, too.
   * What fails for one of them is told with tf_source_hub_set_state(); an error is one of all. Nothing is
   * waited for. */
  gpointer (*open)  (TfSourceHub               *hub,
                     const char                *endpoint,
                     const TfSourceSpec *const *specs,
                     guint                      n,
                     GError                   **error);
  /* At once; nothing of the driver is called afterwards. */
  void     (*close) (gpointer                   driver);
} TfSourceDriver;

/* A kind of place that traders' signals come from. Its provenance grade caps confidence and size:
 * A chain, filing or signature; B verified by the venue; C public statement; D cannot be verified. */
typedef struct
{
  const char           *id;
  const char           *title;    /* N_() */
  char                  grade;
  const char           *hint;     /* N_(): what the address is; NULL: nothing to type */
  const char           *endpoint; /* (nullable): the base URL */
  const TfSourceDriver *driver;   /* NULL: not live (demo, file) */
} TfSourceKind;

const TfSourceKind *tf_source_kinds      (void);
const TfSourceKind *tf_source_find       (const char         *id);
char                tf_source_grade      (const char         *id);
gboolean            tf_source_has_secret (const char         *id);
char               *tf_source_secret_name (const char        *trader);
const char         *tf_source_title      (const char         *id);
gboolean            tf_source_check      (const char         *id,
                                          const char         *address,
                                          GError            **error);
const char         *tf_source_state_name (TfSourceState       state);

/* Specs */
void                tf_source_spec_copy  (TfSourceSpec       *self,
                                          const TfSourceSpec *from);
void                tf_source_spec_clear (TfSourceSpec       *self);

G_END_DECLS
