#pragma once

#include "core/market/event.h"

G_BEGIN_DECLS

#define TF_WEBHOOK_BODY_MAX (64 * 1024)
#define TF_WEBHOOK_REASON_SIZE 160

typedef enum
{
  TF_WEBHOOK_STANDARD,    /* Standard Webhooks: signed headers, the program's own JSON */
  TF_WEBHOOK_TRADINGVIEW, /* a TradingView alert, with a secret in its JSON */
} TfWebhookForm;

/* What came, as it came. The headers belong to TF_WEBHOOK_STANDARD. */
typedef struct
{
  const char *content_type; /* (nullable) */
  const char *id;           /* (nullable): webhook-id */
  const char *timestamp;    /* (nullable): webhook-timestamp */
  const char *signature;    /* (nullable): webhook-signature */
  const char *body;
  gsize       length;
} TfWebhookMessage;

/* One sender: its secret, what it has sent lately, how much it may send. No sockets, no clock. */
typedef struct _TfWebhook TfWebhook;

TfWebhook *tf_webhook_new            (TfWebhookForm            form,
                                      const char              *secret,
                                      const char              *trader,
                                      GError                 **error);
void       tf_webhook_free           (TfWebhook               *self);
guint      tf_webhook_take           (TfWebhook               *self,
                                      const TfWebhookMessage  *message,
                                      TfTime                   now,
                                      TfTraderSignal          *signal,
                                      char                     reason[TF_WEBHOOK_REASON_SIZE]);
guint      tf_webhook_get_remembered (TfWebhook               *self);
gboolean   tf_webhook_verify         (TfWebhook               *self,
                                      const TfWebhookMessage  *message);
GBytes    *tf_webhook_redact         (TfWebhook               *self,
                                      GBytes                  *body);
char      *tf_webhook_new_secret     (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfWebhook, tf_webhook_free)

G_END_DECLS
