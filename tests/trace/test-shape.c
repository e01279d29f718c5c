/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shapes of messages, what kind of message they are, and what pairs them, over all releases of OTP.
 */
#include "trace-script.h"

#include <string.h>

#define REF "#Ref<0.1.2.3>"
#define ALIAS "[alias|" REF "]"
#define CALL OV_EVENT_IS_CALL
#define REPLY OV_EVENT_IS_REPLY

static const struct
{
  const char *message;
  const char *shape;
  guint8      flags;
  gboolean    has_tag;
} shapes[] = {
  { "hi", "hi", 0, FALSE },
  { "17", "_", 0, FALSE },
  { "<<\"text\">>", "_", 0, FALSE },
  { "[]", "[]", 0, FALSE },
  { "[a,b]", "_", 0, FALSE },
  { "{}", "{}", 0, FALSE },
  { "{ok,1}", "{ok,_}", 0, FALSE },
  { "{ok,{tea,2}}", "{ok,{tea,_}}", 0, FALSE },
  { "{a,{b,{c,{d,{e}}}}}", "{a,{b,{c,{d,_}}}}", 0, FALSE },
  { "{t,1,2,3,4,5,6,7,8,9}", "{t,_,_,_,_,_,_,_,…}", 0, FALSE },
  { "'Hello World'", "'Hello World'", 0, FALSE },
  { "{'_','_'}", "{_,_}", 0, FALSE },
  { "{cut,'…'}", "{cut,_}", 0, FALSE },
  { "#{a => 1}", "_", 0, FALSE },
  { "{save,#{'__struct__' => 'Elixir.Shop.Order', id => 1}}", "{save,%Shop.Order{}}", 0, FALSE },
  /* gen_server, gen_statem, Elixir's GenServer and Agent: with aliases and without. */
  { "{'$gen_call',{<0.1.0>," REF "},get}", "{'$gen_call',_,get}", CALL, TRUE },
  { "{'$gen_call',{<0.1.0>," ALIAS "},{add,3}}", "{'$gen_call',_,{add,_}}", CALL, TRUE },
  { "{'$gen_call',{<0.1.0>,[" ALIAS "|x]},get}", "{'$gen_call',_,get}", CALL, TRUE },
  { "{'$gen_call','_',{add,'_'}}", "{'$gen_call',_,{add,_}}", CALL, FALSE },
  { "{" REF ",{ok,1}}", "{_,{ok,_}}", REPLY, TRUE },
  { "{" ALIAS ",{ok,1}}", "{_,{ok,_}}", REPLY, TRUE },
  { "{[" ALIAS "|x],{ok,1}}", "{_,{ok,_}}", REPLY, TRUE },
  { "{'$gen_cast',{add,3}}", "{'$gen_cast',{add,_}}", OV_EVENT_IS_CAST, FALSE },
  { "{system,{<0.1.0>," ALIAS "},get_state}", "{system,_,get_state}", CALL | OV_EVENT_IS_SYSTEM, TRUE },
  /* gen_event */
  { "{notify,{log,1}}", "{notify,{log,_}}", OV_EVENT_IS_CAST, FALSE },
  { "{<0.1.0>,{<0.1.0>," REF "},{sync_notify,x}}", "{_,_,{sync_notify,x}}", CALL, TRUE },
  /* the I/O and file protocols */
  { "{io_request,<0.1.0>," REF ",{get_line,x}}", "{io_request,_,_,{get_line,x}}", CALL, TRUE },
  { "{io_reply," REF ",ok}", "{io_reply,_,ok}", REPLY, TRUE },
  { "{file_reply," REF ",{ok,1}}", "{file_reply,_,{ok,_}}", REPLY, TRUE },
  /* signals and timers */
  { "{'EXIT',<0.1.0>,boom}", "{'EXIT',_,boom}", OV_EVENT_IS_EXIT, FALSE },
  { "{'DOWN'," REF ",process,<0.1.0>,noproc}", "{'DOWN',_,process,_,noproc}", OV_EVENT_IS_EXIT, TRUE },
  { "{mine," REF ",process,<0.1.0>,noproc}", "{mine,_,process,_,noproc}", OV_EVENT_IS_EXIT, TRUE },
  { "timeout", "timeout", OV_EVENT_IS_TIMEOUT, FALSE },
  { "{timeout," REF ",tick}", "{timeout,_,tick}", OV_EVENT_IS_TIMEOUT, FALSE },
};

static void
test_shapes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GByteArray) bytes = script_encode (shapes[i].message);
      g_autoptr (GString) shape = g_string_new (NULL);
      guint8 flags;
      guint32 tag;

      ov_shape_of (bytes->data, bytes->len, shape, &flags, &tag);
      g_assert_cmpstr (shape->str, ==, shapes[i].shape);
      g_assert_cmpuint (flags, ==, shapes[i].flags);
      g_assert_cmpint (tag != 0, ==, shapes[i].has_tag);
    }
}

static guint32
get_tag (const char *message)
{
  g_autoptr (GByteArray) bytes = script_encode (message);
  guint32 tag;

  ov_shape_of (bytes->data, bytes->len, NULL, NULL, &tag);
  return tag;
}

/* Question, answer and 'DOWN' of one reference have one tag, another reference has another. */
static void
test_tags (void)
{
  guint32 tag = get_tag ("{'$gen_call',{<0.1.0>," ALIAS "},get}");

  g_assert_cmpuint (tag, ==, get_tag ("{'$gen_call',{<0.1.0>," REF "},get}"));
  g_assert_cmpuint (tag, ==, get_tag ("{" REF ",17}"));
  g_assert_cmpuint (tag, ==, get_tag ("{" ALIAS ",17}"));
  g_assert_cmpuint (tag, ==, get_tag ("{'DOWN'," REF ",process,<0.1.0>,noproc}"));
  g_assert_cmpuint (tag, !=, get_tag ("{#Ref<0.1.2.4>,17}"));
}

/* Whatever the bytes are, a shape is short and valid text. */
static void
test_bounded (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) shape = g_string_new (NULL);
  g_autoptr (GByteArray) bytes = NULL;
  guint8 rubbish[64];

  for (guint i = 0; i < 200; i++)
    g_string_append (deep, "{t,");
  g_string_append (deep, "x");
  for (guint i = 0; i < 200; i++)
    g_string_append (deep, "}");
  bytes = script_encode (deep->str);
  ov_shape_of (bytes->data, bytes->len, shape, NULL, NULL);
  g_assert_cmpstr (shape->str, ==, "{t,{t,{t,{t,_}}}}");

  for (guint i = 0; i < 20000; i++)
    {
      gsize length = (gsize) g_test_rand_int_range (0, sizeof rubbish);

      for (gsize j = 0; j < length; j++)
        rubbish[j] = (guint8) g_test_rand_int ();
      g_string_truncate (shape, 0);
      ov_shape_of (rubbish, length, shape, NULL, NULL);
      g_assert_cmpuint (shape->len, <, 2048);
      g_assert_true (g_utf8_validate (shape->str, (gssize) shape->len, NULL));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/shape/of-messages", test_shapes);
  g_test_add_func ("/trace/shape/tags", test_tags);
  g_test_add_func ("/trace/shape/bounded", test_bounded);
  return g_test_run ();
}
