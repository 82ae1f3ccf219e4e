#pragma once

#include "model/desk.h"

G_BEGIN_DECLS

/* What a copy policy would do before it is saved: worked out by the running system, again and again with the market, or once
 * from what a workspace at rest holds. Main thread.
 *
 * Signal: “changed”. */
#define TF_TYPE_PREVIEW (tf_preview_get_type ())
G_DECLARE_FINAL_TYPE (TfPreview, tf_preview, TF, PREVIEW, GObject)

TfPreview           *tf_preview_new  (TfDesk              *desk);
/* Its serial is given here. */
void                 tf_preview_set  (TfPreview           *self,
                                      const TfPreviewWish *wish);
/* %NULL: not known, see @why (nullable): translated, or NULL while it is being worked out. */
const TfCopyPreview *tf_preview_get  (TfPreview           *self,
                                      const char         **why);

G_END_DECLS
