%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Processes that do exactly what they are told, for tests and benchmarks of tracing: message counts are
%% known beforehand.  OTP 23 to 29.
-module(ov_talk).
-behaviour(gen_server).
-export([start/1, stop/1, ping/2, pong/1, pairs/2, ring/2, calls/2, flood/2, null/0, null_trace/2,
         add/2, fail/1, tree/1, start_worker/1, speed/1, run/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

%% ---- one server, by name --------------------------------------------------------------------

start(Name) ->
    Self = self(),
    Pid = spawn(fun() ->
                        {ok, Server} = gen_server:start_link({local, Name}, ?MODULE, server, []),
                        Self ! {self(), Server},
                        receive stop -> ok end
                end),
    receive {Pid, Server} -> Server end.

stop(Name) ->
    Pid = whereis(Name),
    Mon = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Mon, _, _, _} -> ok end.

init(server) -> {ok, 0};
init({tree, Names}) ->
    {ok, {#{strategy => one_for_one, intensity => 100, period => 1},
          [#{id => Name, start => {?MODULE, start_worker, [Name]}} || Name <- Names]}}.

start_worker(Name) -> gen_server:start_link({local, Name}, ?MODULE, server, []).

tree(Names) ->
    Self = self(),
    spawn(fun() ->
                  {ok, Sup} = supervisor:start_link({local, ov_talk_sup}, ?MODULE, {tree, Names}),
                  Self ! {tree, Sup},
                  receive stop -> ok end
          end),
    receive {tree, Sup} -> Sup end.

handle_call({add, A, B}, _, N) -> {reply, ?MODULE:add(A, B), N + 1};
handle_call({fail, What}, _, N) -> {reply, (catch ?MODULE:fail(What)), N};
handle_call(count, _, N) -> {reply, N, N};
handle_call({large, Size}, _, N) -> {reply, lists:seq(1, Size), N}.

handle_cast({tell, Pid, What}, N) -> Pid ! What, {noreply, N};
handle_cast(_, N) -> {noreply, N + 1}.

handle_info(_, N) -> {noreply, N + 1}.

add(A, B) -> A + B.

fail(What) -> error(What).

%% ---- loads: {Ns, Operations} ----------------------------------------------------------------

%% Two processes, N round trips.
ping(Pong, N) ->
    Pong ! {ping, self(), N},
    receive {pong, N} when N > 1 -> ping(Pong, N - 1); {pong, N} -> ok end.

pong(Stop) ->
    receive
        {ping, From, N} -> From ! {pong, N}, pong(Stop);
        Stop -> ok
    end.

run(Fun) ->
    Self = self(),
    {Pid, Mon} = spawn_monitor(fun() ->
                                       receive go -> ok end,
                                       Start = erlang:monotonic_time(nanosecond),
                                       Fun(),
                                       Self ! {took, self(), erlang:monotonic_time(nanosecond) - Start}
                               end),
    {Pid, Mon}.

speed({Pid, Mon}) ->
    Pid ! go,
    receive
        {took, Pid, Ns} -> demonitor(Mon, [flush]), Ns;
        {'DOWN', Mon, _, _, Reason} -> exit(Reason)
    end.

%% {Processes, Fun}: what is traced, and what is to be measured.
pairs(1, N) ->
    Pong = spawn(fun() -> pong(stop) end),
    {[Pong], fun() -> ping(Pong, N), Pong ! stop end}.

ring(Size, Rounds) ->
    Nodes = [spawn(fun ring_node/0) || _ <- lists:seq(1, Size)],
    [A ! {next, B} || {A, B} <- lists:zip(Nodes, tl(Nodes) ++ [hd(Nodes)])],
    {Nodes, fun() ->
                    hd(Nodes) ! {token, self(), Size * Rounds},
                    receive done -> ok end,
                    [Pid ! stop || Pid <- Nodes]
            end}.

ring_node() -> receive {next, Next} -> ring_node(Next) end.

ring_node(Next) ->
    receive
        {token, From, 0} -> From ! done, ring_node(Next);
        {token, From, N} -> Next ! {token, From, N - 1}, ring_node(Next);
        stop -> ok
    end.

calls(_, N) ->
    {ok, Server} = gen_server:start(?MODULE, server, []),
    {[Server], fun() -> call(Server, N), gen_server:stop(Server) end}.

call(_, 0) -> ok;
call(Server, N) -> gen_server:call(Server, count), call(Server, N - 1).

%% As many pairs that send to each other for ever; each tells how many round trips it made.
flood(Pairs, Ms) ->
    Self = self(),
    Pids = [spawn(fun() -> flooder(Self, Ms) end) || _ <- lists:seq(1, Pairs)],
    lists:sum([receive {made, Pid, N} -> N end || Pid <- Pids]).

flooder(Owner, Ms) ->
    Pong = spawn_link(fun() -> pong(stop) end),
    Until = erlang:monotonic_time(millisecond) + Ms,
    flooding(Owner, Pong, Until, 0).

flooding(Owner, Pong, Until, N) ->
    ping(Pong, 100),
    case erlang:monotonic_time(millisecond) < Until of
        true -> flooding(Owner, Pong, Until, N + 100);
        false -> Pong ! stop, Owner ! {made, self(), N + 100}
    end.

%% ---- the null tracer ------------------------------------------------------------------------

%% Receives and forgets.
null() -> receive _ -> null() end.

null_trace(Pids, Flags) ->
    Tracer = spawn_opt(fun null/0, [{priority, high}]),
    [erlang:trace(Pid, true, [{tracer, Tracer}, monotonic_timestamp | Flags]) || Pid <- Pids],
    Tracer.
