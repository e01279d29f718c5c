%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Whom the traces are about: who is traced for which of them, who joins and who leaves.  Works on the
%% tracer's state and runs in the tracer only.
%%
%%    members: Pid => [{Id, flat | deep}]   deep: those it spawns belong too (set_on_spawn)
%%    names:   Name => {Pid | none, [{Id, Depth}]}, taken up again when somebody else has the name
%%    lent:    Pid => []                    held for the lifecycle tracer (before OTP 27)
%%    own:     Pid => []                    the probe's own, and those that carry the connection
%%
%% A trace of all keeps no members: whoever is no one's own belongs.  The flags of a process are always
%% what want/2 says, whoever asks.
-module(ov_probe_scope).
-include("ov_probe.hrl").
-export([open/3, arm/3, name/4, wide/2, function/5, functions_off/2, disarm/2, disarm_some/4,
         before/3, later/3, whose/4, gone/2, check/2, lent/3, retry/2, tick/2, view/2, strip/2,
         restore/1, clear/2]).

-define(RETRY_NS, 4000000).
-define(RETRY_LATER_NS, 50000000).
-define(PATIENCE_NS, 2000000000).
-define(MAX_OWN, 2000).

%% ---- opening --------------------------------------------------------------------------------

%% {ok, Trace, State} or {error, Word, Text}.
open(#{id := Id, send_match := Send, receive_match := Receive} = Spec, Own,
     #{traces := Traces, own := Known} = State) ->
    case {is_map_key(Id, Traces), is_at_odds(send, Send, Spec, Traces),
          is_at_odds('receive', Receive, Spec, Traces)} of
        {true, _, _} ->
            {error, <<"failed">>, <<"there is a trace of that number">>};
        {false, false, false} ->
            Trace = maps:merge(new_trace(), Spec),
            may_match(Trace, State#{own := maps:merge(Known, Own)});
        _ ->
            {error, <<"refused">>,
             <<"another trace decides already which messages are seen; stop it first">>}
    end.

new_trace() ->
    #{state => opening, opener => none, buffer => [], n => 0, since => ?LONG_AGO, gaps => #{}, marks => [],
      counted => 0, in_edges => 0, window => ?LONG_AGO, generated => 0, sent => 0, dropped => 0,
      paused => 0, spent => 0,
      last => {0, 0}, told => {0, 0}, speed => 0, cost => 0, until => ?FAR, why => none, askers => [],
      delivered => none, retry => ?LONG_AGO, give_up => ?FAR, present => 0, foreign => 0, calm => 0,
      patience => 8, path => none}.

%% Which messages are seen is one decision for all traces that see messages.
is_at_odds(Kind, Match, #{kinds := Kinds}, Traces) ->
    is_map_key(Kind, Kinds)
        andalso lists:any(fun(#{kinds := Others} = Trace) ->
                                  is_map_key(Kind, Others) andalso match(Kind, Trace) =/= Match
                          end, maps:values(Traces)).

match(send, #{send_match := Match}) -> Match;
match('receive', #{receive_match := Match}) -> Match.

%% Asked now, while the node is at its own: later there may be no time for it.
may_match(#{send_match := [], receive_match := []} = Trace, #{vm := Vm} = State) ->
    {_, Vm2} = ov_probe_vm:may_pattern(Vm),
    {ok, Trace, State#{vm := Vm2}};
may_match(Trace, #{vm := Vm} = State) ->
    case ov_probe_vm:may_pattern(Vm) of
        {true, Vm2} ->
            {ok, Trace, State#{vm := Vm2}};
        {false, _} ->
            {error, <<"foreign-tracer">>,
             <<"somebody else traces on this node, who would be given other messages too">>}
    end.

%% ---- who is traced --------------------------------------------------------------------------

%% {{Processes, Foreign}, State}
arm(Id, Pairs, #{traces := Traces} = State) when is_map_key(Id, Traces) ->
    #{Id := #{targets := Targets}} = Traces,
    Wide = is_wide(Targets),
    {N, Foreign, Next} = lists:foldl(fun(Pair, Acc) -> arm_one(Id, Wide, Pair, Acc) end,
                                     {0, 0, State}, Pairs),
    {{N, Foreign}, count_foreign(Id, Foreign, Next)};
arm(_, _, State) ->
    {{0, 0}, State}.

is_wide(Targets) -> lists:keymember(all, 1, Targets).

arm_one(_, _, {Pid, _}, {_, _, #{own := Own}} = Acc) when is_map_key(Pid, Own) ->
    Acc;
arm_one(_, true, {Pid, _}, {N, Foreign, #{vm := Vm} = State}) ->
    case ov_probe_vm:flags(want(Pid, State), Pid, Vm) of
        on -> {N + 1, Foreign, State};
        gone -> {N, Foreign, State};
        foreign -> {N, Foreign + 1, State}
    end;
arm_one(Id, false, {Pid, Depth}, {N, Foreign, State}) ->
    #{vm := Vm} = Joined = join(Pid, Id, Depth, State),
    case ov_probe_vm:flags(want(Pid, Joined), Pid, Vm) of
        on -> {N + 1, Foreign, watch(Pid, Depth, Joined)};
        gone -> {N, Foreign, leave(Pid, Id, Joined)};
        foreign -> {N, Foreign + 1, leave(Pid, Id, Joined)}
    end.

count_foreign(_, 0, State) ->
    State;
count_foreign(Id, N, #{traces := Traces} = State) ->
    #{Id := #{foreign := Known, gaps := Gaps, since := Since} = Trace} = Traces,
    {C, P} = maps:get(foreign, Gaps, {0, 0}),
    State#{traces := Traces#{Id := Trace#{foreign := Known + N, since := max(Since, now_ns()),
                                          gaps := Gaps#{foreign => {C + N, P}}}}}.

join(Pid, Id, Depth, #{members := Members, traces := Traces} = State) ->
    Entries = maps:get(Pid, Members, []),
    case lists:keyfind(Id, 1, Entries) of
        {_, deep} ->
            State;
        {_, flat} ->
            State#{members := Members#{Pid => lists:keystore(Id, 1, Entries, {Id, Depth})}};
        false ->
            #{Id := #{present := N} = Trace} = Traces,
            State#{members := Members#{Pid => [{Id, Depth} | Entries]},
                   traces := Traces#{Id := Trace#{present := N + 1}}}
    end.

leave(Pid, Id, #{members := Members, traces := Traces} = State) ->
    case Members of
        #{Pid := Entries} ->
            Left = case lists:keydelete(Id, 1, Entries) of
                       [] -> maps:remove(Pid, Members);
                       Others -> Members#{Pid := Others}
                   end,
            case Traces of
                #{Id := #{present := N} = Trace} ->
                    State#{members := Left, traces := Traces#{Id := Trace#{present := N - 1}}};
                _ ->
                    State#{members := Left}
            end;
        _ ->
            State
    end.

%% Who is deep tells of its own end.
watch(Pid, flat, #{monitors := Monitors} = State) when not is_map_key(Pid, Monitors) ->
    State#{monitors := Monitors#{Pid => erlang:monitor(process, Pid)}};
watch(_, _, State) ->
    State.

%% The flags that everybody together wants of a process.
want(Pid, #{own := Own}) when is_map_key(Pid, Own) ->
    [];
want(Pid, #{members := Members, traces := Traces, lent := Lent}) ->
    Mine = case Members of
               #{Pid := Entries} -> lists:append([flags(Entry, Traces) || Entry <- Entries]);
               _ -> []
           end,
    Wide = wide_flags(Traces),
    Life = case is_map_key(Pid, Lent) of true -> [procs, set_on_spawn]; false -> [] end,
    stamped(lists:usort(Mine ++ Wide ++ Life)).

stamped([]) -> [];
stamped(Flags) -> [monotonic_timestamp | Flags].

flags({Id, Depth}, Traces) ->
    case Traces of
        #{Id := Trace} -> flags_at(Depth, is_live(Trace), Trace);
        _ -> []
    end.

flags_at(_, false, _) -> [];
flags_at(flat, true, #{flags := Flags}) -> Flags;
flags_at(deep, true, #{flags := Flags}) -> [procs, set_on_spawn | Flags].

is_live(#{level := Level, state := State}) ->
    Level =/= off andalso (State =:= opening orelse State =:= running).

wide_flags(Traces) ->
    lists:append([[procs | Flags] || #{flags := Flags, targets := Targets} = Trace
                                         <- maps:values(Traces),
                                     is_wide(Targets), is_live(Trace)]).

new_flags(Traces) ->
    stamped(lists:usort(
              lists:append([[procs | Flags] || #{flags := Flags, targets := Targets} = Trace
                                                   <- maps:values(Traces),
                                               is_open(Targets), is_live(Trace)]))).

%% Whether whoever is spawned belongs.
is_open(Targets) -> is_wide(Targets) orelse lists:keymember(new, 1, Targets).

%% ---- names, everybody, functions ------------------------------------------------------------

name(Id, Name, Depth, #{names := Names} = State) ->
    {_, Entries} = maps:get(Name, Names, {none, []}),
    Pid = whereis_process(Name),
    Named = State#{names := Names#{Name => {Pid, lists:keystore(Id, 1, Entries, {Id, Depth})}}},
    {Pid, watched(Pid, Named)}.

whereis_process(Name) ->
    case whereis(Name) of
        Pid when is_pid(Pid) -> Pid;
        _ -> none
    end.

watched(none, State) -> State;
watched(Pid, State) -> watch(Pid, flat, State).

%% Those who are spawned from now on.
wide(Id, #{traces := Traces, vm := Vm} = State) ->
    _ = has_ports(Traces) andalso ov_probe_vm:ports(true, Vm),
    case ov_probe_vm:wide(new_flags(Traces), Vm) of
        on -> {ok, State};
        foreign -> {foreign, count_foreign(Id, 1, State)}
    end.

has_ports(Traces) ->
    lists:any(fun(#{kinds := Kinds} = Trace) ->
                      is_map_key(ports, Kinds) andalso is_live(Trace)
              end, maps:values(Traces)).

%% calls: {M, F, A} => {Spec, Kind, [Id]}
function(Id, Call, Spec, Kind, #{calls := Calls, vm := Vm} = State) ->
    case Calls of
        #{Call := {Spec, Kind, Ids}} ->
            {length(ov_probe_vm:matched(Call, Kind)),
             State#{calls := Calls#{Call := {Spec, Kind, [Id | Ids]}}}};
        #{Call := _} ->
            {{error, <<"refused">>, <<"another trace has another match specification there">>}, State};
        _ ->
            case ov_probe_vm:function(Call, Spec, Kind, Vm) of
                N when is_integer(N) -> {N, State#{calls := Calls#{Call => {Spec, Kind, [Id]}}}};
                foreign -> {foreign, State}
            end
    end.

functions_off(Id, #{calls := Calls} = State) ->
    maps:fold(fun(Call, {Spec, Kind, Ids}, Acc) -> function_off(Id, Call, Spec, Kind, Ids, Acc) end,
              State, Calls).

function_off(Id, Call, Spec, Kind, Ids, #{calls := Calls, vm := Vm} = State) ->
    case {lists:member(Id, Ids), lists:delete(Id, Ids)} of
        {false, _} ->
            State;
        {true, []} ->
            ov_probe_vm:function_off(Call, Kind, Vm),
            State#{calls := maps:remove(Call, Calls)};
        {true, Others} ->
            State#{calls := Calls#{Call := {Spec, Kind, Others}}}
    end.

%% A module that was loaded again has lost its breakpoints.
loaded_again(#{calls := Calls, vm := Vm} = State) ->
    lists:foreach(fun({Call, {Spec, Kind, _}}) -> ov_probe_vm:again(Call, Spec, Kind, Vm) end,
                  maps:to_list(Calls)),
    State.

%% ---- taking back ----------------------------------------------------------------------------

%% Begins; disarm_some/4 goes on in slices.
disarm(Id, #{traces := Traces, vm := Vm, names := Names, members := Members, jobs := Jobs} = State) ->
    #{Id := #{targets := Targets}} = Traces,
    _ = is_open(Targets) andalso case new_flags(Traces) of
                                     [] -> ov_probe_vm:wide_off(Vm);
                                     Flags -> ov_probe_vm:wide(Flags, Vm)
                                 end,
    _ = has_ports(Traces) orelse ports_off(maps:get(Id, Traces), Vm),
    Left = maps:filter(fun(_, {_, Entries}) -> Entries =/= [] end,
                       maps:map(fun(_, {Pid, Entries}) -> {Pid, lists:keydelete(Id, 1, Entries)} end,
                                Names)),
    Pids = case is_wide(Targets) of
               true -> processes();
               false -> [Pid || {Pid, Entries} <- maps:to_list(Members),
                                lists:keymember(Id, 1, Entries)]
           end,
    State#{names := Left, jobs := Jobs ++ [{Id, Pids}]}.

ports_off(#{kinds := Kinds}, Vm) ->
    _ = is_map_key(ports, Kinds) andalso ov_probe_vm:ports(false, Vm),
    ok.

%% {PidsLeft, State}
disarm_some(_, Pids, 0, State) ->
    {Pids, State};
disarm_some(_, [], _, State) ->
    {[], State};
disarm_some(Id, [Pid | Pids], Room, State) ->
    disarm_some(Id, Pids, Room - 1, renew(Pid, leave(Pid, Id, State))).

%% Sets the flags that are wanted now; who has nothing of ours is forgotten.
renew(Pid, #{vm := Vm, members := Members, monitors := Monitors, names := Names} = State) ->
    ov_probe_vm:flags(want(Pid, State), Pid, Vm),
    case Monitors of
        #{Pid := Mon} when not is_map_key(Pid, Members) ->
            case lists:keymember(Pid, 1, maps:values(Names)) of
                true -> State;
                false ->
                    erlang:demonitor(Mon, [flush]),
                    State#{monitors := maps:remove(Pid, Monitors)}
            end;
        _ ->
            State
    end.

%% Before a trace is armed anew, after the fuse: nobody is in it.
clear(Id, #{members := Members} = State) ->
    maps:fold(fun(Pid, Entries, Acc) ->
                      case lists:keymember(Id, 1, Entries) of
                          true -> leave(Pid, Id, Acc);
                          false -> Acc
                      end
              end, State, Members).

%% The governor's way when there are few of them, or where patterns are not ours: ok, or too_many.
strip(Most, #{members := Members, traces := Traces, vm := Vm} = State) ->
    case map_size(Members) =< Most andalso wide_flags(Traces) =:= [] of
        true ->
            lists:foreach(fun(Pid) -> ov_probe_vm:flags(bare(Pid, State), Pid, Vm) end,
                          maps:keys(Members));
        false ->
            too_many
    end.

%% What tells of births and ends stays; who is not asked for these has no flag at all, since any
%% makes a process slower.
bare(Pid, State) ->
    stamped([Flag || Flag <- want(Pid, State), Flag =:= procs orelse Flag =:= set_on_spawn]).

restore(#{members := Members, vm := Vm} = State) ->
    lists:foreach(fun(Pid) -> ov_probe_vm:flags(want(Pid, State), Pid, Vm) end, maps:keys(Members)).

%% ---- births and ends ------------------------------------------------------------------------

%% What has to be known before it is said whose an event is.
before(procs, {trace_ts, Pid, spawned, Parent, _, _}, #{own := Own, vm := Vm} = State)
  when is_map_key(Parent, Own) ->
    ov_probe_vm:off(Pid, Vm),
    pruned(State#{own := Own#{Pid => []}});
before(procs, {trace_ts, Pid, spawned, Parent, _, _} = Event, State) ->
    born(Pid, Parent, forward(Event, Parent, State));
before(procs, Event, State) ->
    forward(Event, element(2, Event), State);
before(ports, {trace_ts, Port, open, Pid, _, _}, #{ports := Ports, members := Members} = State) ->
    case Members of
        #{Pid := Entries} -> State#{ports := Ports#{Port => [Id || {Id, _} <- Entries]}};
        _ -> State
    end;
before(_, _, State) ->
    State.

born(Pid, Parent, #{members := Members, traces := Traces, lent := Lent} = State) ->
    Inherited = [Entry || {_, deep} = Entry <- maps:get(Parent, Members, [])],
    New = [{Id, flat} || #{id := Id, targets := Targets} = Trace <- maps:values(Traces),
                         lists:keymember(new, 1, Targets), is_live(Trace)],
    Joined = lists:foldl(fun({Id, Depth}, Acc) -> join(Pid, Id, Depth, Acc) end, State,
                         New ++ Inherited),
    HasFlat = lists:keymember(flat, 2, maps:get(Parent, Members, [])),
    Lends = is_map_key(Parent, Lent),
    Next = case Lends of
               true -> Joined#{lent := Lent#{Pid => []}};
               false -> Joined
           end,
    case HasFlat orelse Lends orelse map_size(Traces) > 1 of
        true -> renew(Pid, Next);
        false -> Next
    end.

%% Before OTP 27: what the lifecycle tracer would have been told.
forward(Event, Pid, #{lent := Lent, life := Life} = State) when is_map_key(Pid, Lent) ->
    Life ! Event,
    State;
forward(_, _, State) ->
    State.

later(procs, {trace_ts, Pid, exit, _, _}, #{lent := Lent, monitors := Monitors} = State) ->
    Next = State#{lent := maps:remove(Pid, Lent)},
    case is_map_key(Pid, Monitors) of
        true -> Next;
        false -> forget(Pid, Next)
    end;
later(ports, {trace_ts, Port, closed, _, _}, #{ports := Ports} = State) ->
    State#{ports := maps:remove(Port, Ports)};
later(_, _, State) ->
    State.

%% A monitored process has ended.
gone(Pid, #{monitors := Monitors, names := Names} = State) ->
    case maps:take(Pid, Monitors) of
        {_, Left} ->
            Freed = maps:map(fun(_, {P, Entries}) when P =:= Pid -> {none, Entries};
                                (_, Named) -> Named
                             end, Names),
            Next = forget(Pid, State#{monitors := Left, names := Freed}),
            case lists:keymember(none, 1, maps:values(Freed)) of
                true ->
                    Now = now_ns(),
                    Next#{retry_at := Now + ?RETRY_NS, looking => Now};
                false -> Next
            end;
        error ->
            State
    end.

forget(Pid, #{members := Members} = State) ->
    Entries = maps:get(Pid, Members, []),
    lists:foldl(fun({Id, _}, Acc) -> check(Id, leave(Pid, Id, Acc)) end, State, Entries).

%% A trace without anybody left, and without anybody to come, is over.
check(Id, #{traces := Traces, names := Names, vanished := Vanished} = State) ->
    case Traces of
        #{Id := #{state := running, present := 0, targets := Targets, level := Level, path := none}}
          when Level =/= off ->
            Named = lists:any(fun({_, Entries}) -> lists:keymember(Id, 1, Entries) end,
                              maps:values(Names)),
            case is_open(Targets) orelse Named of
                true -> State;
                false -> State#{vanished := [Id | lists:delete(Id, Vanished)]}
            end;
        _ ->
            State
    end.

%% ---- whose event it is ----------------------------------------------------------------------

whose(Pid, _, _, #{own := Own}) when is_map_key(Pid, Own) ->
    [];
whose(Port, ports, _, #{traces := Traces, ports := Ports}) ->
    Wide = [Id || #{id := Id, targets := Targets} <- maps:values(Traces), is_wide(Targets)],
    lists:usort(Wide ++ maps:get(Port, Ports, []));
whose(Pid, Kind, Event, #{members := Members, traces := Traces, lent := Lent, vm := Vm} = State) ->
    Wide = [Id || #{id := Id, targets := Targets} <- maps:values(Traces), is_wide(Targets)],
    case {maps:get(Pid, Members, []), Wide} of
        {[], []} ->
            _ = is_map_key(Pid, Lent) orelse stray(Pid, Kind, Vm),
            [];
        {Entries, _} ->
            called(Kind, Event, lists:usort(Wide ++ [Id || {Id, _} <- Entries]), State)
    end.

%% Somebody who was born too late to be found, or whose trace has just ended.
stray(_, procs, _) -> ok;
stray(Pid, _, Vm) -> ov_probe_vm:off(Pid, Vm).

%% A call belongs to those traces that asked for the function.
called(call, Event, [_, _ | _] = Ids, #{calls := Calls}) ->
    {M, F, Args} = element(4, Event),
    Arity = case Args of _ when is_list(Args) -> length(Args); _ -> Args end,
    Asked = lists:append([Of || {Call, {_, _, Of}} <- maps:to_list(Calls), is_meant(Call, M, F, Arity)]),
    [Id || Id <- Ids, lists:member(Id, Asked)];
called(_, _, Ids, _) ->
    Ids.

is_meant({M, F, A}, M, Function, Arity) ->
    (F =:= '_' orelse F =:= Function) andalso (A =:= '_' orelse A =:= Arity);
is_meant(_, _, _, _) ->
    false.

%% For counting edges: who counts as traced.
view(#{targets := Targets, id := Id}, #{members := Members}) ->
    {case is_wide(Targets) of true -> wide; false -> Id end, Members}.

%% ---- for the lifecycle tracer ---------------------------------------------------------------

lent(Pid, true, #{lent := Lent} = State) ->
    renew(Pid, State#{lent := Lent#{Pid => []}});
lent(Pid, false, #{lent := Lent} = State) ->
    renew(Pid, State#{lent := maps:remove(Pid, Lent)}).

%% ---- from time to time ----------------------------------------------------------------------

%% Names that nobody had.
retry(Now, #{retry_at := At} = State) when At =:= none; Now < At ->
    State;
retry(Now, #{names := Names} = State) ->
    Free = [Name || {Name, {none, _}} <- maps:to_list(Names)],
    Looked = lists:foldl(fun take_up/2, State, Free),
    case [Name || {Name, {none, _}} <- maps:to_list(maps:get(names, Looked))] of
        [] -> Looked#{retry_at := none};
        _ -> Looked#{retry_at := Now + pause(Now, maps:get(looking, State, Now))}
    end.

pause(Now, Since) when Now - Since < ?PATIENCE_NS -> ?RETRY_NS;
pause(_, _) -> ?RETRY_LATER_NS.

take_up(Name, #{names := Names} = State) ->
    #{Name := {_, Entries}} = Names,
    case whereis_process(Name) of
        none ->
            State;
        Pid ->
            Named = watch(Pid, flat, State#{names := Names#{Name := {Pid, Entries}}}),
            lists:foldl(fun({Id, Depth}, Acc) -> again(Id, Pid, Depth, Acc) end, Named, Entries)
    end.

again(Id, Pid, Depth, #{traces := Traces} = State) ->
    case Traces of
        #{Id := #{level := Level, state := running}} when Level =/= off ->
            {_, Next} = arm(Id, [{Pid, Depth}], State),
            _ = Depth =:= deep andalso ov_probe_aim:again(self(), Id, Pid),
            Next;
        _ ->
            State
    end.

%% A name may change hands without anybody dying.
tick(_, #{names := Names} = State) ->
    Moved = [Name || {Name, {Pid, _}} <- maps:to_list(Names), Pid =/= none,
                     whereis_process(Name) =/= Pid, whereis_process(Name) =/= none],
    loaded_again(lists:foldl(fun take_up/2, State, Moved)).

%% Helpers come and go.
pruned(#{own := Own} = State) when map_size(Own) > ?MAX_OWN ->
    State#{own := maps:filter(fun(Pid, _) -> is_process_alive(Pid) end, Own)};
pruned(State) ->
    State.

now_ns() -> erlang:monotonic_time(nanosecond).
