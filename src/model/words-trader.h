#pragma once

#include "core/following/copy-size.h"
#include "model/items.h"

G_BEGIN_DECLS

/* A followed trader in words: see model/words.h. */

const char *tf_words_heard          (TfHeard               heard);
char       *tf_words_heard_sentence (const TfVoterValues  *trader);
char       *tf_words_record_brief   (const TfVoterValues  *trader);
char       *tf_words_interval       (double                low,
                                     double                high,
                                     gboolean              percent);
const char *tf_words_source_state   (const TfSourceValues *source);
char       *tf_words_source         (const TfSourceValues *source,
                                     TfTime                now);
char       *tf_words_policy_value   (const TfPolicyField  *field,
                                     double                value);
const char *tf_words_policy_unit    (TfPolicyUnit          unit);
char       *tf_words_copy_step      (const TfCopyStep     *step);
char       *tf_words_not_copied     (const TfConfig       *config,
                                     const TfSignalValues *signal);

G_END_DECLS
