%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The VM's two ways of tracing behind one set of functions.  From OTP 27 on a trace session of our
%% own, in which nobody is in anybody's way.  Before 27 a process has one tracer and patterns are
%% the node's: who has another tracer is left to it, and the patterns of messages are touched only
%% where nobody else traces.
%%
%% Invariant: whatever the VM does not undo when the tracer dies is in the guard's journal first.
%% Called by the tracer only, who keeps the value.
-module(ov_probe_vm).
-export([open/2, close/1, is_legacy/1, session/1, ours/2, flags/3, off/2, wide/2, wide_off/1, ports/2,
         messages/3, may_pattern/1, recheck/1, function/4, again/4, function_off/3, matched/2, delivered/1,
         hide/1, later/2, forget/2]).

-define(ALL, [send, 'receive', procs, running, garbage_collection, call, set_on_spawn,
              monotonic_timestamp]).
-define(LOOK, 20000).  % processes that are asked who traces them
-define(HOLDERS, 200). % between two slices

open(Guard, Owner) ->
    Vm = #{guard => Guard, owner => Owner, ours => [self()], session => none, patterns => unknown},
    case list_to_integer(erlang:system_info(otp_release)) >= 27 of
        true ->
            Session = apply(trace, session_create, [ov_probe_trace, self(), []]),
            later(Vm, {trace, session_destroy, [Session]}),
            Vm#{session := Session, patterns := own};
        false ->
            Vm
    end.

%% What the guard does too when we end; done here so that it is done at once.
close(#{session := none} = Vm) ->
    restore(Vm);
close(#{session := Session}) ->
    try apply(trace, session_destroy, [Session]) catch _:_ -> ok end.

is_legacy(#{session := Session}) -> Session =:= none.

session(#{session := Session}) -> Session.

later(#{guard := Guard, owner := Owner}, Undo) ->
    ov_probe_guard:undo_later(Guard, Owner, Undo).

%% Processes of the probe that trace too (lifecycle): what they hold is taken over.
ours(Pids, Vm) -> Vm#{ours := [self() | Pids]}.

%% ---- flags ----------------------------------------------------------------------------------

%% Exactly these flags: on, gone or foreign.
flags([], Pid, Vm) ->
    off(Pid, Vm);
flags(Want, Pid, #{session := none, ours := Ours}) ->
    try erlang:trace_info(Pid, tracer) of
        {tracer, []} -> set(none, Pid, Want, []);
        {tracer, Tracer} ->
            case {Tracer =:= self(), lists:member(Tracer, Ours)} of
                {true, _} -> set(none, Pid, Want, ?ALL -- Want);
                {_, true} -> clear(Pid), set(none, Pid, Want, []);
                _ -> foreign
            end;
        undefined -> gone
    catch
        error:badarg -> gone
    end;
flags(Want, Pid, #{session := Session}) ->
    set(Session, Pid, Want, ?ALL -- Want).

set(none, Pid, Want, Others) ->
    try
        _ = Others =:= [] orelse erlang:trace(Pid, false, Others),
        erlang:trace(Pid, true, Want),
        on
    catch
        error:badarg -> lost(Pid)
    end;
set(Session, Pid, Want, Others) ->
    try
        apply(trace, process, [Session, Pid, false, Others]),
        apply(trace, process, [Session, Pid, true, Want]),
        on
    catch
        error:_ -> lost(Pid)
    end.

lost(Pid) ->
    case is_process_alive(Pid) of
        true -> foreign;
        false -> gone
    end.

%% It may end between being asked and being told.
clear(Pid) ->
    try erlang:trace(Pid, false, [all]), on catch error:badarg -> gone end.

%% Only where the flags are ours.
off(Pid, #{session := none, ours := Ours}) ->
    try erlang:trace_info(Pid, tracer) of
        {tracer, Tracer} ->
            case lists:member(Tracer, Ours) of
                true -> clear(Pid);
                false -> foreign
            end;
        undefined -> gone
    catch
        error:badarg -> gone
    end;
off(Pid, #{session := Session}) ->
    try apply(trace, process, [Session, Pid, false, [all]]), on
    catch error:_ -> gone
    end.

%% Whoever is spawned from now on: on or foreign.
wide(Want, #{session := none} = Vm) ->
    case erlang:trace_info(new_processes, tracer) of
        {tracer, Tracer} when Tracer =/= [], Tracer =/= self() ->
            foreign;
        _ ->
            later(Vm, {erlang, trace, [new_processes, false, [all]]}),
            erlang:trace(new_processes, false, ?ALL),
            erlang:trace(new_processes, true, Want),
            on
    end;
wide(Want, #{session := Session}) ->
    apply(trace, process, [Session, new_processes, false, ?ALL]),
    apply(trace, process, [Session, new_processes, true, Want]),
    on.

wide_off(#{session := none}) ->
    case erlang:trace_info(new_processes, tracer) of
        {tracer, Tracer} when Tracer =:= self() -> erlang:trace(new_processes, false, [all]), ok;
        _ -> ok
    end;
wide_off(#{session := Session}) ->
    apply(trace, process, [Session, new_processes, false, [all]]),
    ok.

%% A process of the probe that was born with flags.
hide(none) ->
    try erlang:trace(self(), false, [all]) catch error:_ -> ok end;
hide(Session) ->
    try apply(trace, process, [Session, self(), false, [all]]) catch error:_ -> ok end.

%% Ports have one tracer too; what is not ours stays.
ports(On, #{session := Session}) ->
    Flags = [ports, monotonic_timestamp],
    Each = fun(Port) ->
                   try
                       case Session of
                           none -> port(erlang:trace_info(Port, tracer), Port, On, Flags);
                           _ -> apply(trace, port, [Session, Port, On, Flags])
                       end
                   catch
                       error:_ -> ok
                   end
           end,
    lists:foreach(Each, [new_ports | erlang:ports()]).

port({tracer, Tracer}, Port, On, Flags) when Tracer =:= []; Tracer =:= self() ->
    erlang:trace(Port, On, Flags);
port(_, _, _, _) ->
    ok.

%% ---- patterns of messages -------------------------------------------------------------------

%% Whether they may be touched: own (a session), yes, or no.
may_pattern(#{patterns := own} = Vm) ->
    {true, Vm};
may_pattern(#{patterns := unknown} = Vm) ->
    case is_untouched(send) andalso is_untouched('receive') andalso not others() of
        true ->
            later(Vm, {erlang, trace_pattern, [send, true, []]}),
            later(Vm, {erlang, trace_pattern, ['receive', true, []]}),
            {true, Vm#{patterns := yes}};
        false ->
            {false, Vm#{patterns := no}}
    end;
may_pattern(#{patterns := Answer} = Vm) ->
    {Answer =:= yes, Vm}.

%% From time to time: somebody else may have begun to trace, or have ended.
recheck(#{patterns := yes} = Vm) ->
    case others() of
        true -> restore(Vm), Vm#{patterns := no};
        false -> Vm
    end;
recheck(Vm) ->
    Vm.

is_untouched(Event) ->
    erlang:trace_info(Event, match_spec) =:= {match_spec, true}.

restore(#{patterns := yes}) ->
    erlang:trace_pattern(send, true, []),
    erlang:trace_pattern('receive', true, []),
    ok;
restore(_) ->
    ok.

%% Pattern: true, false or a match specification.
messages(Event, Pattern, #{session := none, patterns := yes}) ->
    erlang:trace_pattern(Event, Pattern, []);
messages(send, Pattern, #{session := Session, patterns := own}) ->
    apply(trace, send, [Session, Pattern, []]);
messages('receive', Pattern, #{session := Session, patterns := own}) ->
    apply(trace, recv, [Session, Pattern, []]);
messages(_, _, _) ->
    0.

%% Whether anybody traces here whom patterns concern; of very many processes not all are asked.  Not
%% we, nor the lifecycle tracers of programs, who see no messages.
others() ->
    Harmless = [self() | watchers()],
    case erlang:trace_info(new_processes, tracer) of
        {tracer, []} -> any_other(processes(), 0, Harmless);
        {tracer, Tracer} ->
            not lists:member(Tracer, Harmless) orelse any_other(processes(), 0, Harmless)
    end.

any_other([Pid | Pids], N, Harmless) when N < ?LOOK ->
    _ = N rem ?HOLDERS =:= ?HOLDERS - 1 andalso erlang:yield(),
    case try erlang:trace_info(Pid, tracer) catch error:badarg -> undefined end of
        {tracer, Tracer} when Tracer =/= [] ->
            not lists:member(Tracer, Harmless) orelse any_other(Pids, N + 1, Harmless);
        _ ->
            any_other(Pids, N + 1, Harmless)
    end;
any_other(_, _, _) ->
    false.

watchers() ->
    Owners = [Pid || {process, Pid} <- list(whereis(ov_probe_guard), monitors)],
    Helpers = [Pid || Owner <- Owners, Pid <- list(Owner, links), is_pid(Pid)],
    [Pid || Pid <- Helpers,
            lists:member({'$process_label', <<"Overstory probe: lifecycle">>}, list(Pid, dictionary))].

list(Pid, Item) when is_pid(Pid), Pid =/= self() ->
    case process_info(Pid, Item) of
        {_, List} -> List;
        undefined -> []
    end;
list(_, _) ->
    [].

%% ---- functions ------------------------------------------------------------------------------

%% How many were matched; foreign where somebody else has a pattern there.
function(Call, Spec, Kind, #{session := none} = Vm) ->
    case [taken || One <- matched(Call, Kind), is_taken(One)] of
        [] ->
            later(Vm, {erlang, trace_pattern, [Call, false, [Kind]]}),
            erlang:trace_pattern(Call, Spec, [Kind]);
        _ ->
            foreign
    end;
function(Call, Spec, Kind, #{session := Session}) ->
    apply(trace, function, [Session, Call, Spec, [Kind]]).

%% Sets it again where a module was loaded anew, and lost it.
again(Call, Spec, Kind, #{session := Session} = Vm) ->
    case matched(Call, Kind) of
        [First | _] ->
            case {is_traced(First, Session), Session} of
                {true, _} -> ok;
                {false, none} -> erlang:trace_pattern(Call, Spec, [Kind]);
                {false, _} -> function(Call, Spec, Kind, Vm)
            end;
        [] ->
            0
    end.

is_traced(Call, none) -> erlang:trace_info(Call, traced) =/= {traced, false};
is_traced(Call, Session) -> apply(trace, info, [Session, Call, traced]) =/= {traced, false}.

is_taken(Call) ->
    case erlang:trace_info(Call, all) of
        {all, Facts} when is_list(Facts) ->
            lists:any(fun({Key, Value}) -> Value =/= false andalso Key =/= match_spec end, Facts);
        _ ->
            false
    end.

function_off(Call, Kind, #{session := none} = Vm) ->
    erlang:trace_pattern(Call, false, [Kind]),
    forget(Vm, {erlang, trace_pattern, [Call, false, [Kind]]});
function_off(Call, Kind, #{session := Session}) ->
    apply(trace, function, [Session, Call, false, [Kind]]),
    ok.

forget(#{guard := Guard, owner := Owner}, Undo) ->
    ov_probe_guard:undone(Guard, Owner, Undo).

%% The functions of a loaded module that are meant.
matched({M, F, A}, Kind) ->
    Item = case Kind of global -> exports; local -> functions end,
    All = try erlang:get_module_info(M, Item) catch error:_ -> [] end,
    [{M, F1, A1} || {F1, A1} <- All, F =:= '_' orelse F =:= F1, A =:= '_' orelse A =:= A1].

delivered(#{session := none}) -> erlang:trace_delivered(all);
delivered(#{session := Session}) -> apply(trace, delivered, [Session, all]).
