#include "core/base/error.h"

G_DEFINE_QUARK (tf-error-quark, tf_error)
