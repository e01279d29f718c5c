/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The jail: what a sandbox's node can see and how much it can take.  For bubblewrap the list of
 * arguments *is* the policy, so it is a table.
 *
 * In the jail there are the system's programs and libraries, the example's sources and one private
 * folder; no home, no /run (so no D-Bus, X11 or Wayland socket), no other process, no
 * environment, no terminal, no capability.  The network is this machine's: the node listens on
 * loopback, and the program outside reaches it there.
 *
 * Two means end the node with its program: the kernel's parent-death signal (here, and bubblewrap's
 * --die-with-parent), and the watchdog in the node, which sees the end of its standard input.
 *
 * Thread: main.  The parent-death signal counts from the thread that starts the process.
 */
#include "sandbox/ov-jail-private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Compiles the two modules of the launcher in memory and hands over to them. */
#define BOOT_EXPRESSION \
  "[Launcher | _] = init:get_plain_arguments(), " \
  "[begin {ok, M, B} = compile:file(filename:join(Launcher, F), [binary]), " \
  "{module, M} = code:load_binary(M, F, B) end || F <- [\"ov_sandbox_epmd\", \"ov_sandbox_node\"]], " \
  "ov_sandbox_node:start()."

typedef struct
{
  int    resource;
  rlim_t soft;
  rlim_t hard;
} Limit;

/* A node boots in 1.1 GiB of addresses with the small literal area asked for below. */
static const Limit limits[] = {
  { RLIMIT_AS,     (rlim_t) 2 << 30,  (rlim_t) 2 << 30 },
  { RLIMIT_CORE,   0,                 0 },
  { RLIMIT_FSIZE,  (rlim_t) 64 << 20, (rlim_t) 64 << 20 },
  { RLIMIT_NOFILE, 1024,              1024 },
};

static const char *const bwrap_policy[] = {
  "--unshare-all", "--share-net", "--new-session", "--die-with-parent", "--cap-drop", "ALL",
  "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
};

/* Read-only, where they exist. */
static const char *const shown_folders[] = { "/usr", "/nix/store", "/gnu/store" };
static const char *const shown_files[] = {
  "/etc/alternatives", "/etc/hosts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime",
  "/etc/nsswitch.conf",
};
static const char *const system_links[] = { "/bin", "/sbin", "/lib", "/lib64", "/lib32" };

/* Two schedulers that do not spin: an example is no load on the machine it is watched on. */
static const char *const vm_arguments[] = {
  "-noinput", "+S", "2:2", "+SDio", "2", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "+MIscs", "64",
  "-start_epmd", "false", "-epmd_module", "ov_sandbox_epmd", "-kernel", "inet_dist_use_interface", "{127,0,0,1}",
};

static void
add (GPtrArray  *argv,
     const char *argument)
{
  g_ptr_array_add (argv, g_strdup (argument));
}

static void
add_mount (GPtrArray  *argv,
           const char *how,
           const char *path)
{
  add (argv, how);
  add (argv, path);
  add (argv, path);
}

/* "/bin" is a link into /usr on most systems and a folder on others. */
static void
add_system_links (GPtrArray *argv)
{
  for (gsize i = 0; i < G_N_ELEMENTS (system_links); i++)
    {
      g_autofree char *target = g_file_read_link (system_links[i], NULL);

      if (target == NULL)
        {
          add_mount (argv, "--ro-bind-try", system_links[i]);
          continue;
        }
      add (argv, "--symlink");
      add (argv, target);
      add (argv, system_links[i]);
    }
}

static void
add_bwrap (GPtrArray        *argv,
           const OvJailPlan *plan,
           const char       *bwrap)
{
  add (argv, bwrap);
  for (gsize i = 0; i < G_N_ELEMENTS (bwrap_policy); i++)
    add (argv, bwrap_policy[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (shown_folders); i++)
    add_mount (argv, "--ro-bind-try", shown_folders[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (shown_files); i++)
    add_mount (argv, "--ro-bind-try", shown_files[i]);
  add_system_links (argv);

  add_mount (argv, "--ro-bind", plan->runtime->erlang_root);
  if (plan->runtime->elixir_root != NULL)
    add_mount (argv, "--ro-bind", plan->runtime->elixir_root);
  add_mount (argv, "--ro-bind", plan->launcher);
  add_mount (argv, "--ro-bind", plan->folder);
  add_mount (argv, "--bind", plan->home);
  add (argv, "--chdir");
  add (argv, plan->home);
  add (argv, "--");
}

static void
add_elixir_folders (GPtrArray        *argv,
                    const OvJailPlan *plan)
{
  static const char *const applications[] = { "elixir", "logger", "eex" };

  for (gsize i = 0; plan->runtime->elixir_root != NULL && i < G_N_ELEMENTS (applications); i++)
    g_ptr_array_add (argv, g_build_filename (plan->runtime->elixir_root, "lib", applications[i], "ebin", NULL));
}

static void
add_node (GPtrArray        *argv,
          const OvJailPlan *plan)
{
  g_ptr_array_add (argv, g_build_filename (plan->runtime->erlang_root, "bin", "erl", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (vm_arguments); i++)
    add (argv, vm_arguments[i]);
  add (argv, "-eval");
  add (argv, BOOT_EXPRESSION);
  add (argv, "-extra");
  add (argv, plan->launcher);
  add (argv, plan->node);
  add (argv, plan->example);
  add (argv, plan->language);
  add (argv, plan->folder);
  add_elixir_folders (argv, plan);
}

/* No secret is in here: the cookie is a file in HOME, where the node looks for it by itself. */
static char **
dup_environment (const OvJailPlan *plan)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *home = g_strconcat ("HOME=", plan->home, NULL);

  g_strv_builder_add_many (builder, home, "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TERM=dumb",
                           "ERL_CRASH_DUMP_SECONDS=0", NULL);
  return g_strv_builder_end (builder);
}

/* Runs in the child between fork and exec: system calls only. */
static void
enter_jail_cb (gpointer user_data)
{
  pid_t parent = GPOINTER_TO_INT (user_data);

  setsid ();
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      struct rlimit limit = { limits[i].soft, limits[i].hard };

      setrlimit (limits[i].resource, &limit);
    }

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (EXIT_FAILURE);
}

GSubprocess *
ov_jail_start (const OvJailPlan  *plan,
               const char        *bwrap,
               GError           **error)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_auto(GStrv) environment = dup_environment (plan);

  if (bwrap != NULL)
    add_bwrap (argv, plan, bwrap);
  add_node (argv, plan);
  g_ptr_array_add (argv, NULL);

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                        | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_cwd (launcher, plan->home);
  g_subprocess_launcher_set_child_setup (launcher, enter_jail_cb, GINT_TO_POINTER (getpid ()), NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, error);
}
