%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The safe state probe for supervisors.  A system message asks the supervisor to "replace" its
%% state with a fun that mails us a bounded view and throws, upon which sys keeps the very same state
%% and answers that it was thrown at.  The answer, which would hold the state otherwise, goes to a
%% process that is long dead; so nothing large is copied, also when somebody traces what the supervisor
%% sends.  A supervisor that does not answer is not waited for, and not asked again before it has
%% answered, so that nothing piles up in its mailbox.  What goes to and from it is tagged as ours
%% (ov_own), and no trace of ours shows it.
%%
%% When the probe is unloaded while such a message still waits in a mailbox, the fun has no code
%% any more: calling it is an exception that sys catches, and the state stays as it is.
-module(ov_probe_state).
-include("ov_probe.hrl").
-export([read/4, view/1]).

-define(WINDOW, 64).     % supervisors that are asked at the same time
-define(ID_NODES, 24).   % size of a child id before it is cut

%% Asks all, reports each as it answers; whoever has not at the deadline is reported as such.
%% Owner knows who still owes an answer from an earlier time.  On a node without room for one
%% more process nobody is asked.
read(Pids, DeadlineMs, Owner, Out) ->
    Local = [Pid || Pid <- Pids, is_pid(Pid), node(Pid) =:= node()],
    State = #{out => Out, owner => Owner, asked => #{}, until => now_ms() + DeadlineMs},
    #{out := Done} =
        case dead() of
            none -> expire(Local, State);
            Dead -> ask(Local, owing(Owner), State#{dead => Dead})
        end,
    ov_probe_out:flush_wait(Done).

%% A process that has ended, to whom replies may go.
dead() ->
    try spawn(erlang, self, [])
    catch error:system_limit -> none
    end.

owing(Owner) when is_pid(Owner) ->
    Ref = make_ref(),
    Owner ! {who_owes, self(), Ref},
    receive {Ref, Owing} -> Owing
    after 1000 -> #{}
    end.

ask([Pid | Pids], Owing, #{asked := Asked} = State) when map_size(Asked) < ?WINDOW ->
    case may_ask(Pid, Owing) of
        true -> ask(Pids, Owing, ask_one(Pid, State));
        gone -> ask(Pids, Owing, State);
        Answer -> ask(Pids, Owing, report(Pid, Answer, State))
    end;
ask([], _, #{asked := Asked} = State) when map_size(Asked) =:= 0 ->
    State;
ask(Pids, Owing, #{out := Out, until := Until} = State) ->
    receive
        {ov_own, {ov_state, Ref, Pid, View}} -> ask(Pids, Owing, answered(Ref, Pid, View, State));
        {ov_ack, Seq} -> ask(Pids, Owing, State#{out := ov_probe_out:ack(Seq, Out)})
    after max(0, Until - now_ms()) ->
        expire(Pids, State)
    end.

may_ask(Pid, Owing) ->
    case {maps:is_key(Pid, Owing), process_info(Pid, [message_queue_len, status])} of
        {_, undefined} -> gone;
        {true, _} -> ?A_NONE;
        {_, [_, {_, suspended}]} -> ?A_NONE;
        {_, [{_, Waiting}, _]} when Waiting > ?BUSY_MAILBOX -> ?A_NONE;
        _ ->
            case ov_probe_record:behaviour(Pid) of
                ?B_SUPERVISOR -> true;
                _ -> ?A_NOT_UNDERSTOOD
            end
    end.

ask_one(Pid, #{owner := Owner, dead := Dead, asked := Asked} = State) ->
    Ref = make_ref(),
    Owner ! {owes, Pid},
    Pid ! {system, {Dead, {ov_own, Ref}}, {replace_state, look(Ref, self(), Owner)}},
    State#{asked := Asked#{Pid => Ref}}.

%% Runs inside the supervisor.
look(Ref, Reader, Owner) ->
    fun(State) ->
            try
                Reader ! {ov_own, {ov_state, Ref, self(), ov_probe_state:view(State)}},
                Owner ! {ov_own, {owes_not, self()}}
            catch
                _:_ -> ok
            end,
            throw(ov_own)
    end.

answered(Ref, Pid, View, #{asked := Asked} = State) ->
    case Asked of
        #{Pid := Ref} -> report(Pid, View, State#{asked := maps:remove(Pid, Asked)});
        _ -> State
    end.

expire(Pids, #{asked := Asked} = State) ->
    Late = [Pid || Pid <- maps:keys(Asked) ++ Pids, is_process_alive(Pid)],
    lists:foldl(fun(Pid, Acc) -> report(Pid, ?A_NONE, Acc) end, State#{asked := #{}}, Late).

report(Pid, {Strategy, Intensity, Period, Count, Restarts, Module, Restart, Children},
       #{out := Out} = State) ->
    Listed = length(Children),
    Sup = {?R_SUPERVISOR, Pid, ?A_OK, Strategy, Intensity, Period, Count, Restarts, Module,
           restart(Restart), Listed < Count},
    State#{out := children(Pid, Children, due(ov_probe_out:add(Sup, Out)))};
report(Pid, not_understood, State) ->
    report(Pid, ?A_NOT_UNDERSTOOD, State);
report(Pid, Answer, #{out := Out} = State) ->
    Sup = {?R_SUPERVISOR, Pid, Answer, 0, 0, 0, 0, 0, [], 0, false},
    State#{out := due(ov_probe_out:add(Sup, Out))}.

children(_, [], Out) ->
    Out;
children(Sup, [{Id, Child, Restart, Type} | Rest], Out) ->
    Record = {?R_CHILD, child(Child), Sup, Id, restart(Restart), type(Type),
              restarting(Child)},
    children(Sup, Rest, due(ov_probe_out:add(Record, Out))).

due(Out) ->
    case ov_probe_out:is_due(Out) of
        true -> ov_probe_out:flush_wait(Out);
        false -> Out
    end.

child(Pid) when is_pid(Pid) -> Pid;
child(_) -> [].

restarting({restarting, _}) -> true;
restarting(_) -> false.

type(supervisor) -> 1;
type(_) -> 0.

restart({Restart, _Delay}) -> restart(Restart);
restart(permanent) -> 1;
restart(transient) -> 2;
restart(temporary) -> 3;
restart(_) -> 0.

%% ---- what runs inside the supervisor ---------------------------------------------------------

%% A bounded view of a supervisor's state, or not_understood.  The shapes: the state record of
%% stdlib's supervisor (OTP 21-23: 11 elements, from 24 on 12) and of what was copied from it,
%% Elixir's DynamicSupervisor, and supervisor_bridge.
view(State) when is_tuple(State), tuple_size(State) >= 11, element(1, State) =:= state ->
    view(element(3, State), element(4, State), State);
view(#{'__struct__' := 'Elixir.DynamicSupervisor', children := Children, strategy := Strategy,
       max_restarts := Intensity, max_seconds := Period, restarts := Restarts,
       mod := Module}) when is_map(Children), is_integer(Intensity), is_integer(Period) ->
    Listed = dynamic(maps:next(maps:iterator(Children)), ?MAX_CHILDREN),
    {strategy(Strategy), Intensity, Period, maps:size(Children), recent(Restarts, Period),
     atom(Module), common([R || {_, _, R, _} <- Listed]), Listed};
view({state, Module, Pid, _, _}) when is_atom(Module), is_pid(Pid) ->
    {0, 0, 0, 1, 0, Module, undefined, [{Module, Pid, undefined, worker}]};
view(_) ->
    not_understood.

view(Strategy, {Ids, Db}, State) when is_atom(Strategy), is_list(Ids), is_map(Db) ->
    {Intensity, Period} = {element(6, State), element(7, State)},
    true = is_integer(Intensity) andalso is_integer(Period),
    Module = atom(element(tuple_size(State) - 1, State)),
    Restarts = recent(element(8, State), Period),
    {Count, Restart, Listed} = children(Strategy, Ids, Db, element(5, State)),
    {strategy(Strategy), Intensity, Period, Count, Restarts, Module, Restart, Listed};
view(_, _, _) ->
    not_understood.

children(simple_one_for_one, [Id | _], Db, Dynamics) ->
    {_, _, Restart, Type} = static(Id, Db),
    {Count, Pids} = dynamics(Dynamics),
    {Count, Restart, [{undefined, Pid, Restart, Type} || Pid <- Pids]};
children(_, Ids, Db, _) ->
    %% The state has the newest first; the order of their start is told.
    Listed = [static(Id, Db) || Id <- lists:reverse(lists:sublist(Ids, ?MAX_CHILDREN))],
    {maps:size(Db), common([R || {_, _, R, _} <- Listed]), Listed}.

%% One child specification: {Id, Child, Restart, Type}; the id may be any term.
static(Id, Db) ->
    Child = maps:get(Id, Db),
    child = element(1, Child),
    Restart = element(5, Child),
    Type = element(tuple_size(Child) - 1, Child),
    {small(Id), running(element(2, Child)), Restart, Type}.

small(Id) when is_atom(Id); is_integer(Id), Id < 1 bsl 59, Id > -(1 bsl 59); is_pid(Id) ->
    Id;
small(Id) ->
    {View, _} = ov_probe_cut:cut(Id, ?ID_NODES, 6),
    View.

running(Pid) when is_pid(Pid) -> Pid;
running({restarting, Old}) when is_pid(Old) -> {restarting, Old};
running({restarting, _}) -> {restarting, undefined};
running(_) -> undefined.

dynamics({_, Map}) when is_map(Map) -> {maps:size(Map), keys(maps:next(maps:iterator(Map)))};
dynamics({sets, Set}) -> {sets:size(Set), first(sets:to_list(Set), ?MAX_CHILDREN)};
dynamics(_) -> {0, []}.

keys(Next) -> keys(Next, ?MAX_CHILDREN).

keys({Key, _, Next}, Room) when Room > 0 -> [running(Key) | keys(maps:next(Next), Room - 1)];
keys(_, _) -> [].

first([Key | Keys], Room) when Room > 0 -> [running(Key) | first(Keys, Room - 1)];
first(_, _) -> [].

dynamic({Pid, {restarting, {_, Restart, _, Type, _}}, Next}, Room) when Room > 0 ->
    [{undefined, running({restarting, Pid}), Restart, Type}
     | dynamic(maps:next(Next), Room - 1)];
dynamic({Pid, {_, Restart, _, Type, _}, Next}, Room) when Room > 0 ->
    [{undefined, running(Pid), Restart, Type} | dynamic(maps:next(Next), Room - 1)];
dynamic({_, _, Next}, Room) when Room > 0 ->
    dynamic(maps:next(Next), Room - 1);
dynamic(_, _) ->
    [].

%% How many of the remembered restarts still count.
recent(Restarts, Period) when is_list(Restarts) ->
    Now = erlang:monotonic_time(second),
    length([T || T <- lists:sublist(Restarts, 1000), is_integer(T), Now - T =< Period]);
recent(_, _) ->
    0.

common([Restart | Rest]) ->
    case lists:all(fun(R) -> R =:= Restart end, Rest) of
        true -> Restart;
        false -> undefined
    end;
common([]) ->
    undefined.

strategy(one_for_one) -> 1;
strategy(one_for_all) -> 2;
strategy(rest_for_one) -> 3;
strategy(simple_one_for_one) -> 4;
strategy(_) -> 0.

atom(Atom) when is_atom(Atom) -> Atom;
atom(_) -> [].

now_ms() -> erlang:monotonic_time(millisecond).
