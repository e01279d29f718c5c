%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Following one message through the node with the VM's sequential trace token.  The token is set where
%% the message is sent: inside the sender, through the same system message as the safe state probe,
%% when it is a process that answers such; else a helper of ours sends it.  Whoever receives a message
%% with the token sends on with it, and the VM tells the tracer of each.
%%
%% There is one system tracer on a node: when somebody else is it, nothing is done.  At the end it is
%% taken back, and so are the tokens that are left in processes (the guard does it when we cannot).
-module(ov_probe_path).
-include("ov_probe.hrl").
-export([start/4, with_token/3, open/3, close/2, whose/2, hop/2, quiet/2]).

-define(ANSWER_MS, 1000).
-define(QUIET_NS, 1500000000).
-define(HOPS, 1000).
-define(DURATION_MS, 10000).

%% ---- in a helper ----------------------------------------------------------------------------

start(Id, #{to := To, message := Message} = Args, Tracer, _) ->
    Target = local(To),
    From = case maps:get(from, Args, none) of
               none -> none;
               Who -> local(Who)
           end,
    Label = maps:get(label, Args, Id),
    Limits = #{limit => positive(max_hops, Args, ?HOPS),
               duration => positive(duration_ms, Args, ?DURATION_MS)},
    case ov_probe_trace:call(Tracer, {path, Id, Limits#{label => Label}}) of
        ok ->
            {By, Notes} = send(From, Target, Message, Label),
            ov_probe_trace:call(Tracer, {run, Id}),
            {ok, #{sent_by => By, notes => Notes}};
        Error ->
            Error
    end;
start(_, _, _, _) ->
    {error, <<"failed">>, <<"a path needs a message and a process to send it to">>}.

local(Who) when is_map(Who) ->
    case ov_probe_ask:with_process(Who, fun(Pid, _) -> {ok, Pid} end) of
        {ok, Pid} -> Pid;
        Error -> throw(Error)
    end;
local(_) ->
    throw(ov_probe_ask:no_process()).

positive(Key, Args, Default) ->
    case Args of
        #{Key := N} when is_integer(N), N > 0 -> N;
        _ -> Default
    end.

send(none, To, Message, Label) ->
    {ours(To, Message, Label), []};
send(From, To, Message, Label) ->
    case asks_well(From) of
        true -> ask(From, To, Message, Label);
        Why -> {ours(To, Message, Label), [note(Why)]}
    end.

note(busy) -> <<"the sender is busy: a helper of the probe sent the message">>;
note(late) -> <<"the sender did not answer: a helper of the probe sent the message">>;
note(other) -> <<"the sender understands no system messages: a helper of the probe sent the message">>.

%% A process that answers system messages, and has time for one.
asks_well(Pid) ->
    case process_info(Pid, [message_queue_len, status]) of
        [{_, Waiting}, {_, Status}] when Waiting > ?BUSY_MAILBOX; Status =:= suspended -> busy;
        [_, _] ->
            Kind = ov_probe_record:behaviour(Pid),
            lists:member(Kind, [?B_SUPERVISOR, ?B_GEN_SERVER, ?B_GEN_STATEM, ?B_GEN_EVENT,
                                ?B_AGENT]) orelse other;
        _ -> other
    end.

%% Whoever is first to take the permission sends; so it is sent once, however late the sender is.
ask(From, To, Message, Label) ->
    Ref = make_ref(),
    Permission = atomics:new(1, []),
    Dead = spawn(erlang, self, []),
    Inside = inside(Ref, self(), Permission, To, Message, Label),
    From ! {system, {Dead, {ov_own, Ref}}, {replace_state, Inside}},
    receive
        {ov_own, {sent, Ref}} -> {From, []}
    after ?ANSWER_MS ->
        case atomics:compare_exchange(Permission, 1, 0, 1) of
            ok -> {ours(To, Message, Label), [note(late)]};
            _ -> {From, []}
        end
    end.

%% Runs inside the sender, whose state stays what it is: see ov_probe_state.
inside(Ref, Helper, Permission, To, Message, Label) ->
    fun(_) ->
            try
                ok = atomics:compare_exchange(Permission, 1, 0, 1),
                ov_probe_path:with_token(To, Message, Label),
                Helper ! {ov_own, {sent, Ref}}
            catch
                _:_ -> ok
            end,
            throw(ov_own)
    end.

ours(To, Message, Label) ->
    with_token(To, Message, Label),
    self().

with_token(To, Message, Label) ->
    Before = seq_trace:set_token([]),
    seq_trace:set_token(label, Label),
    seq_trace:set_token(send, true),
    seq_trace:set_token('receive', true),
    seq_trace:set_token(monotonic_timestamp, true),
    To ! Message,
    seq_trace:set_token(Before).

%% ---- in the tracer --------------------------------------------------------------------------

open(Id, #{label := Label, limit := Limit, duration := Duration}, State) ->
    #{traces := Traces, vm := Vm} = State,
    Self = self(),
    case {is_map_key(Id, Traces), seq_trace:get_system_tracer()} of
        {true, _} ->
            {{error, <<"failed">>, <<"there is a trace of that number">>}, State};
        {false, Tracer} when Tracer =/= false, Tracer =/= Self ->
            {{error, <<"foreign-tracer">>,
              <<"another process is the system tracer of this node">>}, State};
        {false, Tracer} ->
            _ = Tracer =:= false andalso
                ov_probe_vm:later(Vm, {erlang, system_flag, [reset_seq_trace, true]}),
            seq_trace:set_system_tracer(Self),
            Spec = #{id => Id, targets => [], calls => [], kinds => #{path => []}, flags => [],
                     send_match => [], receive_match => [], level => events, begun => events,
                     automatic => false, rate => none, limit => Limit, duration => Duration,
                     nodes => 50, queue => 20000},
            {ok, Trace, Opened} = ov_probe_scope:open(Spec, #{}, State),
            {ok, Opened#{traces := Traces#{Id => Trace#{path := Label}}}}
    end.

whose(Label, #{traces := Traces}) ->
    case [Id || #{id := Id, path := Path} <- maps:values(Traces), Path =:= Label] of
        [Id | _] -> Id;
        [] -> none
    end.

%% The last one has ended: tokens that are left in processes go, unless somebody else needs them.
close(Id, #{traces := Traces, vm := Vm} = State) ->
    Left = [Path || #{id := Other, path := Path} <- maps:values(Traces), Path =/= none, Other =/= Id],
    case Left =:= [] andalso seq_trace:get_system_tracer() =:= self() of
        true ->
            seq_trace:set_system_tracer(false),
            erlang:system_flag(reset_seq_trace, true),
            ov_probe_vm:forget(Vm, {erlang, system_flag, [reset_seq_trace, true]});
        false ->
            ok
    end,
    State.

%% Quiet for a while is the end of it.
hop(Id, #{traces := Traces} = State) ->
    case Traces of
        #{Id := Trace} -> State#{traces := Traces#{Id := Trace#{heard => now_ns()}}};
        _ -> State
    end.

quiet(Now, #{path := Path, state := running, window := Begun} = Trace) when Path =/= none ->
    Now - max(Begun, maps:get(heard, Trace, Begun)) > ?QUIET_NS;
quiet(_, _) ->
    false.

now_ns() -> erlang:monotonic_time(nanosecond).
