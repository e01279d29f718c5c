/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvOperation: one thing the program can do, described as data.
 *
 * One static table (ov_operations_get_all()) holds them all; the command line with its help, the
 * window's actions and forms, and later HTTP are made from it, so that what one front end can do,
 * all can.
 */
#pragma once

#include "export/ov-tree-export.h"
#include "model/ov-session.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define OV_OPERATION_ERROR (ov_operation_error_quark ())

typedef enum
{
  OV_OPERATION_ERROR_UNKNOWN,         /* no operation of that id */
  OV_OPERATION_ERROR_BAD_PARAMETER,   /* missing, unknown, or not of its type: wrong usage */
  OV_OPERATION_ERROR_NOT_ARMED,       /* the policy refuses: the node is read-only */
  OV_OPERATION_ERROR_NO_NODE,         /* it needs a node and none is open */
  OV_OPERATION_ERROR_NOT_FOUND,       /* no such process, application, file content */
  OV_OPERATION_ERROR_FAILED,
  OV_OPERATION_ERROR_INSTALLATION,    /* files that belong to the program are missing or broken */
  OV_OPERATION_ERROR_RECORDING,       /* a recording cannot answer it: it needs a live node */
  OV_OPERATION_ERROR_NODE_LOST,       /* the node went away while something lasted */
} OvOperationError;

GQuark ov_operation_error_quark (void);

/* What an operation does to a node; policy, confirmation and journal follow from it alone. */
typedef enum
{
  OV_EFFECT_NONE,     /* does not touch a node */
  OV_EFFECT_OBSERVE,  /* bounded reading */
  OV_EFFECT_LOAD,     /* measurable load or copies data: capped */
  OV_EFFECT_CHANGE,   /* changes the node; needs arming */
  OV_EFFECT_DESTROY,  /* ends something; needs arming and confirmation */
} OvEffect;

typedef enum
{
  OV_PARAMETER_TEXT,
  OV_PARAMETER_INTEGER,
  OV_PARAMETER_NUMBER,
  OV_PARAMETER_FLAG,
  OV_PARAMETER_CHOICE,
  OV_PARAMETER_PROCESS,  /* "<0.1.0>" or a registered name */
  OV_PARAMETER_FILE,
  OV_PARAMETER_NODE,     /* a node name */
  OV_PARAMETER_TERM,     /* Erlang syntax */
} OvParameterType;

typedef struct
{
  const char        *name;      /* "max-hops": the option, the JSON member, the form's row */
  OvParameterType    type;
  gboolean           required;
  const char        *summary;   /* N_() */
  const char        *initial;   /* default as text; NULL: none */
  const char *const *choices;   /* of a CHOICE, NULL-ended */
  double             min, max;  /* of a number; both 0: unbounded */
  gboolean           many;      /* several, separated by commas outside of quotes and brackets, or as a JSON array */
  const char        *placeholder; /* what stands for the value in a help text; NULL: that of the type */
} OvParameter;

/* One member of the answer: the schema, and a column of the text table. */
typedef struct
{
  const char *path;    /* "processes[].memory_bytes" */
  const char *type;    /* "string", "integer", "number", "boolean", "array", "object"; "?" after it: may be null */
  const char *summary; /* N_() */
  const char *heading; /* column heading in text, NULL: not a column */
} OvResultMember;

typedef struct _OvOperation OvOperation;
typedef struct _OvInvocation OvInvocation; /* one run; ov-invocation.h */

struct _OvOperation
{
  const char           *id;          /* "tree.get" */
  const char           *summary;     /* N_(), one line */
  const char           *description; /* N_(), paragraphs for help */
  OvEffect              effect;
  gboolean              needs_node;
  gboolean              keeps_session; /* of use only where a session outlives the run: not for one command */
  gboolean              journaled;   /* written to the journal although it neither changes nor destroys */
  gboolean              reads_recording; /* a recording can answer it as well as a live node */
  gboolean              needs_recording; /* on a command line only a recording has what it asks for */
  gboolean              lasts;       /* goes on for a time of its own: the time limit is that of its start, and
                                      * OvRunOptions.stop ends it with what it has */
  gboolean              streams;     /* emits lines before its answer */
  const char           *undo;        /* how it is undone, "none" when there is nothing to undo */
  const OvParameter    *parameters;
  guint                 n_parameters;
  const OvResultMember *members;
  guint                 n_members;
  const char *const    *formats;     /* beyond text and json, NULL-ended, may be NULL */
  const char           *example;     /* a command line that works */
  /* What one parameter cannot tell: values that exclude each other, a syntax of its own; nullable. */
  gboolean            (*check) (JsonObject *parameters, GError **error);
  void                (*run) (OvInvocation *invocation); /* ends with ov_invocation_return_…() */
};

/* The first word of ids: "tree", "process", … */
typedef struct
{
  const char *name;
  const char *summary; /* N_() */
} OvSubject;

const OvOperation *const *ov_operations_get_all (guint *n); /* ordered by subject, then as in help */
const OvOperation *ov_operation_find            (const char *id);
const OvSubject   *ov_subjects_get_all          (guint *n);
const OvParameter *ov_operation_find_parameter  (const OvOperation *self,
                                                 const char        *name);
gboolean           ov_operation_has_format      (const OvOperation *self,
                                                 const char        *format);
const char        *ov_effect_get_word           (OvEffect effect);
/* Checks types, ranges, choices, unknown and missing members, and fills in defaults. */
JsonObject        *ov_operation_check           (const OvOperation *self,
                                                 JsonObject        *parameters,
                                                 GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* The answer: a JSON object, or bytes where another format was asked for. */
typedef struct
{
  JsonNode   *json;         /* NULL when bytes is set */
  GBytes     *bytes;
  const char *content_type;
  GObject    *object;       /* what the window wants: an OvNode of node.attach; may be NULL */
  GError     *error;        /* why the answer holds less than was asked for; NULL: it does not */
} OvAnswerBody;

void               ov_answer_body_free          (OvAnswerBody *self);
/* The answer as JSON, also where it came as bytes of application/json; (transfer none). */
JsonNode          *ov_answer_body_get_json      (OvAnswerBody  *self,
                                                 GError       **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvAnswerBody, ov_answer_body_free)

/* @node may be NULL for operations that need none; @parameters (nullable) is not changed.
 * Policy is decided here: CHANGE and DESTROY are refused unless the node is armed.  Each run
 * of such an operation is written to the journal. */
void               ov_operation_run_async       (const OvOperation   *self,
                                                 OvSession           *session,
                                                 OvNode              *node,
                                                 JsonObject          *parameters,
                                                 const char          *format, /* NULL: json */
                                                 guint                timeout_ms, /* 0: 5,000 */
                                                 GCancellable        *cancellable,
                                                 GAsyncReadyCallback  callback,
                                                 gpointer             user_data);

/* The same with all that a front end may want to say; zero members mean the default.
 * @line has no newline.  FALSE: nobody reads as fast; what comes next should wait. */
typedef gboolean (*OvLineFunc) (const char *line,
                                gpointer    user_data);

typedef struct
{
  JsonObject     *parameters;
  const char     *format;      /* NULL: json */
  guint           timeout_ms;  /* 0: 5,000 */
  const char     *secret;      /* a typed cookie: copied, wiped, never journaled nor logged */
  OvTextStyle     text;        /* for format "text" */
  OvLineFunc      line_func;   /* lines of a stream in this format, before the answer */
  gpointer        line_data;
  GCancellable   *stop;        /* ends what lasts: it answers with what it has, which is no error */
} OvRunOptions;

void               ov_operation_run_full_async  (const OvOperation   *self,
                                                 OvSession           *session,
                                                 OvNode              *node,
                                                 const OvRunOptions  *options,
                                                 GCancellable        *cancellable,
                                                 GAsyncReadyCallback  callback,
                                                 gpointer             user_data);
OvAnswerBody      *ov_operation_run_finish      (GAsyncResult  *result,
                                                 GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
