#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* One property of an item: a field of its values. */
typedef enum
{
  TF_FIELD_INT,    /* gint */
  TF_FIELD_INT64,  /* gint64 */
  TF_FIELD_DOUBLE,
  TF_FIELD_TEXT,   /* char array */
} TfFieldType;

typedef struct
{
  const char *name;
  TfFieldType type;
  gsize       offset, size; /* in the values */
} TfField;

#define TF_FIELD(Values, member, name, type) \
  { name, type, G_STRUCT_OFFSET (Values, member), sizeof (((Values *) NULL)->member) }

/* A row of a list: plain values, each of them a read-only property, so that a row whose values have changed repaints what
 * shows them and nothing else. Subclasses put their values right after the parent. */
#define TF_TYPE_ITEM (tf_item_get_type ())
G_DECLARE_DERIVABLE_TYPE (TfItem, tf_item, TF, ITEM, GObject)

struct _TfItemClass
{
  GObjectClass   parent_class;
  const TfField *fields;
  guint          n_fields;
  gsize          values, size; /* where the instance has its values, and how large they are */
};

void        tf_item_class_set_fields (TfItemClass   *klass,
                                      gsize          values,
                                      gsize          size,
                                      const TfField *fields,
                                      guint          n_fields);
gboolean    tf_item_update           (TfItem        *self,
                                      gconstpointer  values);

G_END_DECLS
