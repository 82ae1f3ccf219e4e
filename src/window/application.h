#pragma once

#include <adwaita.h>

#include "model/desk.h"

G_BEGIN_DECLS

/* The program: one system, one desk, one window. A second start brings the first one's window to the front. */
#define TF_TYPE_APPLICATION (tf_application_get_type ())
G_DECLARE_FINAL_TYPE (TfApplication, tf_application, TF, APPLICATION, AdwApplication)

TfApplication *tf_application_new      (void);
TfDesk        *tf_application_get_desk (TfApplication *self);
/* What Start starts: as the command line and the market choice say. (transfer none) */
TfRunSpec     *tf_application_get_spec (TfApplication *self);
void           tf_application_start    (TfApplication *self);
void           tf_application_offer    (TfApplication *self);

G_END_DECLS
