# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node looks like to the witness: its tree by walking which_children, and what a debugger could leave behind."""

import base64

# Each expression ends in a list of texts; they travel as base64, so that no rule of printing gets in the way.
ANSWER = "base64:encode(unicode:characters_to_binary(lists:join($\\n, {texts})))"

# {Parent, Child, Id} of every child of every supervisor there is, inside and outside of applications.
WALK = r"""
IsSupervisor = fun(Pid) ->
    case erlang:process_info(Pid, dictionary) of
        {dictionary, Entries} ->
            case lists:keyfind('$initial_call', 1, Entries) of
                {_, {Module, _, _}} -> lists:member(Module, [supervisor, supervisor2, 'Elixir.DynamicSupervisor']);
                _ -> false
            end;
        undefined -> false
    end end,
Children = fun(Pid) -> [{Pid, Child, Id} || {Id, Child, _, _} <- gen_server:call(Pid, which_children, 5000)] end,
Found = lists:append([Children(Pid) || Pid <- processes(), IsSupervisor(Pid)]),
Texts = [io_lib:format("~p\t~p\t~0tp", [Parent, Child, Id]) || {Parent, Child, Id} <- Found],
"""

PROCESSES = "Texts = [pid_to_list(Pid) || Pid <- processes()],"

# Named things only: pids of a live node come and go by themselves.
LEFTOVERS = r"""
Traced = [io_lib:format("traced ~p", [Pid]) || Pid <- processes(),
    case erlang:trace_info(Pid, flags) of {flags, [_ | _]} -> true; _ -> false end],
New = io_lib:format("new processes ~p", [erlang:trace_info(new, flags)]),
Messages = [io_lib:format("~p ~p", [What, erlang:trace_info(What, match_spec)]) || What <- [send, 'receive']],
Monitor = io_lib:format("system monitor ~p", [erlang:system_monitor()]),
Texts = [["module ", atom_to_list(Module)] || {Module, _} <- code:all_loaded()]
    ++ [["registered ", atom_to_list(Name)] || Name <- registered()]
    ++ [["table ", atom_to_list(Table)] || Table <- ets:all(), is_atom(Table)]
    ++ [io_lib:format("handler ~p", [Id]) || Id <- logger:get_handler_ids()]
    ++ [io_lib:format("application ~p", [Name]) || {Name, _, _} <- application:loaded_applications()]
    ++ [New, Monitor] ++ Messages ++ Traced,
"""


def ask_texts(target, expression):
    answer = target.ask(expression + ANSWER.format(texts="Texts"))
    packed = answer.removeprefix('<<"').removesuffix('">>')
    text = base64.b64decode(packed).decode()
    return text.split("\n") if text else []


def walk(target):
    """{child pid: (parent pid, id)}, and the set of (parent pid, id) of children that do not run."""
    running, absent = {}, set()
    for line in ask_texts(target, WALK):
        parent, child, child_id = line.split("\t")
        if child.startswith("<"):
            running[child] = (parent, child_id)
        else:
            absent.add((parent, child_id))
    return running, absent


def processes(target):
    return set(ask_texts(target, PROCESSES))


def leftovers(target):
    return set(ask_texts(target, LEFTOVERS))
