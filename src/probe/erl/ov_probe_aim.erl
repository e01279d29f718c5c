%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Requests about traces.  Each runs in a helper: it checks what was asked, finds the processes that
%% are meant, and drives the tracer in small steps, so that the tracer never stops listening.  When the
%% helper is killed at its deadline the tracer ends what it had begun.
-module(ov_probe_aim).
-include("ov_probe.hrl").
-export([request/4, again/3, subtree/1]).

-define(CHUNK, 200).

request(Name, Args, Tracer, Context) when is_map(Args) ->
    Answer = try answer(Name, Args, Tracer, Context)
             catch throw:Error -> Error
             end,
    ov_probe_trace:call(Tracer, bye),
    Answer;
request(_, _, Tracer, _) ->
    ov_probe_trace:call(Tracer, bye),
    bad(<<"the arguments are no map">>).

answer(Name, Args, Tracer, Context) when Name =:= <<"trace_start">> ->
    start(Args, Tracer, Context);
answer(Name, Args, Tracer, _) when Name =:= <<"trace_stop">> ->
    ov_probe_trace:call(Tracer, {stop, id(Args), <<"stopped">>});
answer(Name, Args, Tracer, _) when Name =:= <<"trace_level">> ->
    level(id(Args), word(level, Args, levels()), Args, Tracer);
answer(_, Args, Tracer, Context) ->
    ov_probe_path:start(id(Args), Args, Tracer, Context).

bad(Text) -> {error, <<"failed">>, Text}.

%% ---- starting -------------------------------------------------------------------------------

start(Args, Tracer, Context) ->
    #{id := Id} = Spec = spec(Args),
    case ov_probe_trace:call(Tracer, {open, Spec, own(Tracer, Context)}) of
        ok -> opened(Id, Spec, Tracer);
        Error -> Error
    end.

opened(Id, #{targets := Targets, calls := Calls, level := Level}, Tracer) ->
    try
        {Processes, Foreign, Notes} = aim(Id, Targets, Tracer),
        Functions = lists:sum([function(Id, Call, Tracer) || Call <- Calls]),
        ok = ov_probe_trace:call(Tracer, {run, Id}),
        {ok, #{level => ov_probe_trace:word(Level), processes => Processes, functions => Functions,
               foreign => Foreign, notes => Notes}}
    catch
        throw:Error ->
            ov_probe_trace:call(Tracer, {stop, Id, none}),
            Error
    end.

level(Id, Level, _, Tracer) ->
    case ov_probe_trace:call(Tracer, {level, Id, Level}) of
        {ok, _} ->
            ov_probe_trace:call(Tracer, {meter, Id});
        {rearm, Targets, Calls} ->
            _ = aim(Id, Targets, Tracer),
            lists:foreach(fun(Call) -> function(Id, Call, Tracer) end, Calls),
            ov_probe_trace:call(Tracer, {run, Id}),
            ov_probe_trace:call(Tracer, {meter, Id});
        Error ->
            Error
    end.

%% ---- what was asked -------------------------------------------------------------------------

spec(Args) ->
    Calls = [call(Call) || Call <- list(calls, Args)],
    Kinds = maps:from_list([{word(Word, kinds()), []} || Word <- list(events, Args)]
                           ++ [{call, []} || Calls =/= []]),
    Level = word(level, Args, levels()),
    Limits = maps:get(limits, Args, #{}),
    Targets = [target(Target) || Target <- list(targets, Args)],
    _ = Targets =:= [] andalso throw(bad(<<"no process is meant">>)),
    _ = map_size(Kinds) =:= 0 andalso throw(bad(<<"no event is meant">>)),
    #{id => id(Args), targets => Targets, calls => Calls, kinds => Kinds,
      flags => maps:keys(maps:remove(ports, Kinds)),
      send_match => match(send_match, Args, [self(), message]),
      receive_match => match(receive_match, Args, [node(), self(), message]),
      level => Level, begun => Level, automatic => maps:get(automatic, Args, false) =:= true,
      rate => limit(rate, Limits, 100000), limit => unless_zero(limit(count, Limits, 0), ?FAR),
      duration => unless_zero(limit(duration_ms, Limits, 0), none),
      nodes => max(1, limit(term_nodes, Limits, 50)), queue => limit(queue, Limits, 20000)}.

id(#{id := Id}) when is_integer(Id), Id >= 1, Id =< 65535 -> Id;
id(_) -> throw(bad(<<"a trace has a number from 1 to 65535">>)).

list(Key, Args) ->
    case Args of
        #{Key := List} when is_list(List) -> List;
        _ -> []
    end.

limit(rate, #{rate := 0}, _) -> none;
limit(Key, Limits, Default) ->
    case Limits of
        #{Key := N} when is_integer(N), N >= 0 -> N;
        _ -> Default
    end.

unless_zero(0, Otherwise) -> Otherwise;
unless_zero(N, _) -> N.

levels() -> [{<<"events">>, events}, {<<"edges">>, edges}, {<<"off">>, off}].

kinds() ->
    [{<<"send">>, send}, {<<"receive">>, 'receive'}, {<<"procs">>, procs}, {<<"running">>, running},
     {<<"garbage_collection">>, garbage_collection}, {<<"ports">>, ports}].

word(Key, Args, Words) when is_map(Args) -> word(maps:get(Key, Args, none), Words).

word(Word, Words) ->
    case lists:keyfind(Word, 1, Words) of
        {_, Atom} -> Atom;
        false -> throw(bad(<<"a word is not understood">>))
    end.

target(#{scope := Scope} = Target) ->
    case Scope of
        _ when Scope =:= <<"all">> -> {all, none};
        _ when Scope =:= <<"new">> -> {new, none};
        _ when Scope =:= <<"process">> -> {flat, who(Target)};
        _ when Scope =:= <<"subtree">> -> {deep, who(Target)};
        _ -> throw(bad(<<"a scope is not understood">>))
    end;
target(_) ->
    throw(bad(<<"a target has no scope">>)).

who(#{name := Name}) when is_binary(Name), byte_size(Name) =< 1020 ->
    Atom = existing(Name, ov_probe_ask:no_process()),
    case whereis(Atom) of
        Pid when is_pid(Pid) -> {name, Atom};
        _ -> throw(ov_probe_ask:no_process())
    end;
who(Target) ->
    case ov_probe_ask:with_process(Target, fun(Pid, _) -> {ok, Pid} end) of
        {ok, Pid} -> Pid;
        Error -> throw(Error)
    end.

existing(Name, Error) ->
    try binary_to_existing_atom(Name, utf8)
    catch error:_ -> throw(Error)
    end.

%% ---- match specifications -------------------------------------------------------------------

match(Key, Args, Sample) ->
    case list(Key, Args) of
        [] -> [];
        Spec -> checked(Spec, Sample)
    end.

%% In the VM's own words.
checked(Spec, Sample) ->
    case try erlang:match_spec_test(Sample, Spec, trace) catch error:_ -> badarg end of
        {ok, _, _, _} -> Spec;
        {error, Errors} when is_list(Errors) ->
            throw({error, <<"bad-match">>, spoken([Text || {error, Text} <- Errors])});
        _ ->
            throw({error, <<"bad-match">>, <<"it is no list of {Head, Conditions, Actions}">>})
    end.

spoken(Texts) ->
    Joined = lists:append(lists:join(" ", Texts)),
    case try unicode:characters_to_binary(Joined) catch error:_ -> none end of
        Text when is_binary(Text) -> Text;
        _ -> <<"the VM does not take it">>
    end.

%% ---- functions ------------------------------------------------------------------------------

%% {{M, F, A}, Spec, Kind}
call(#{module := Module, function := Function} = Call) when is_binary(Module), is_binary(Function) ->
    M = existing(Module, no_function()),
    F = case Function of
            _ when Function =:= <<"_">> -> '_';
            _ -> existing(Function, no_function())
        end,
    A = case maps:get(arity, Call, -1) of
            Arity when is_integer(Arity), Arity >= 0, Arity =< 255 -> Arity;
            _ -> '_'
        end,
    Kind = case maps:get(global, Call, false) of true -> global; _ -> local end,
    _ = erlang:module_loaded(M) orelse throw(no_function()),
    _ = ov_probe_vm:matched({M, F, A}, Kind) =/= [] orelse throw(no_function()),
    {{M, F, A}, call_match(Call, A), Kind};
call(_) ->
    throw(no_function()).

call_match(Call, A) ->
    case list(match, Call) of
        [] -> [{'_', [], [{exception_trace}]}];
        Spec -> checked(Spec, lists:duplicate(case A of '_' -> 1; _ -> A end, argument))
    end.

no_function() ->
    {error, <<"no-function">>, <<"the module is not loaded, or has no such function">>}.

function(Id, {Call, Spec, Kind}, Tracer) ->
    case ov_probe_trace:call(Tracer, {function, Id, Call, Spec, Kind}) of
        N when is_integer(N), N > 0 -> N;
        0 -> throw(no_function());
        foreign ->
            throw({error, <<"foreign-tracer">>, <<"somebody else traces that function">>});
        Error -> throw(Error)
    end.

%% ---- who is meant ---------------------------------------------------------------------------

%% {Processes, Foreign, Notes}
aim(Id, Targets, Tracer) ->
    lists:foldl(fun(Target, {N, Foreign, Notes}) ->
                        {N1, F1, More} = aim_one(Target, Id, Tracer),
                        {N + N1, Foreign + F1, Notes ++ More}
                end, {0, 0, []}, Targets).

aim_one({all, _}, Id, Tracer) ->
    Notes = wide(Id, Tracer),
    {N, Foreign} = arm(Id, [{Pid, flat} || Pid <- processes()], Tracer),
    {N, Foreign, Notes};
aim_one({new, _}, Id, Tracer) ->
    {0, 0, wide(Id, Tracer)};
aim_one({Depth, {name, Name}}, Id, Tracer) ->
    case ov_probe_trace:call(Tracer, {name, Id, Name, Depth}) of
        Pid when is_pid(Pid) -> aim_one({Depth, Pid}, Id, Tracer);
        none -> {0, 0, []};
        Error -> throw(Error)
    end;
aim_one({flat, Pid}, Id, Tracer) ->
    {N, Foreign} = arm(Id, [{Pid, flat}], Tracer),
    {N, Foreign, []};
aim_one({deep, Root}, Id, Tracer) ->
    First = subtree(Root),
    {N, Foreign} = arm(Id, [{Pid, deep} || Pid <- First], Tracer),
    %% Who was born before their parent was traced.
    {More, F2} = arm(Id, [{Pid, deep} || Pid <- subtree(Root) -- First], Tracer),
    {N + More, Foreign + F2, []}.

wide(Id, Tracer) ->
    case ov_probe_trace:call(Tracer, {wide, Id}) of
        ok -> [];
        foreign -> [<<"new processes stay with another tracer">>];
        Error -> throw(Error)
    end.

arm(Id, Pairs, Tracer) -> arm(Id, Pairs, Tracer, {0, 0}).

arm(_, [], _, Sum) ->
    Sum;
arm(Id, Pairs, Tracer, {N, Foreign}) ->
    {Now, Later} = lists:split(min(?CHUNK, length(Pairs)), Pairs),
    case ov_probe_trace:call(Tracer, {arm, Id, Now}) of
        {More, F} -> arm(Id, Later, Tracer, {N + More, Foreign + F});
        Error -> throw(Error)
    end.

%% A supervisor that was started anew: it, and whom it has started before the tracer knew.
again(Tracer, Id, Root) ->
    spawn_opt(fun() ->
                      put('$process_label', <<"Overstory probe: helper">>),
                      try aim_one({deep, Root}, Id, Tracer) catch throw:_ -> ok end
              end,
              [link, {max_heap_size, #{size => ?HEAP_WORDS, kill => true, error_logger => false}}]).

%% ---- the subtree ----------------------------------------------------------------------------

%% The root and everybody whose way up ($ancestors, the parent, or for those who tell neither a link)
%% leads to it.
subtree(Root) ->
    Ups = maps:from_list([{Pid, up(Pid)} || Pid <- processes()]),
    Below = maps:fold(fun(Pid, _, Acc) -> element(2, is_below(Pid, Ups, Acc, 100)) end,
                      #{Root => true}, Ups),
    Found = [Pid || {Pid, true} <- maps:to_list(Below)],
    Linked = [Pid || {Pid, none} <- maps:to_list(Ups), not is_map_key(Pid, Below)
                         orelse maps:get(Pid, Below) =/= true, is_linked(Pid, Below)],
    [Root | lists:usort(Found ++ Linked) -- [Root]].

up(Pid) ->
    case ov_probe_record:describe(Pid) of
        none -> none;
        #{ancestors := [First | _]} when is_pid(First) -> First;
        #{ancestors := [Name | _]} ->
            case whereis(Name) of
                Up when is_pid(Up) -> Up;
                _ -> parent(Pid)
            end;
        _ -> parent(Pid)
    end.

parent(Pid) ->
    try process_info(Pid, parent) of
        {_, Parent} when is_pid(Parent) -> Parent;
        _ -> none
    catch
        error:badarg -> none
    end.

is_below(none, _, Known, _) ->
    {false, Known};
is_below(_, _, Known, 0) ->
    {false, Known};
is_below(Pid, Ups, Known, Room) ->
    case Known of
        #{Pid := Is} -> {Is, Known};
        _ ->
            {Is, More} = is_below(maps:get(Pid, Ups, none), Ups, Known, Room - 1),
            {Is, More#{Pid => Is}}
    end.

is_linked(Pid, Below) ->
    case process_info(Pid, [initial_call, links]) of
        [{_, _}, {_, Links}] -> lists:any(fun(Link) -> maps:get(Link, Below, false) end, Links);
        _ -> false
    end.

%% ---- whom we leave alone --------------------------------------------------------------------

%% The probe's own processes, of all programs that are attached, and those that carry our connection:
%% what they do because of tracing would be traced again.
own(Tracer, #{guard := Guard, to := To}) ->
    Owners = [Pid || {process, Pid} <- info(Guard, monitors)],
    Helpers = lists:append([info(Pid, links) || Pid <- Owners]),
    Carriers = carriers(node(To)),
    maps:from_list([{Pid, []} || Pid <- [Tracer, self(), Guard | Owners ++ Helpers ++ Carriers],
                                 is_pid(Pid)]).

info(Pid, Item) ->
    case process_info(Pid, Item) of
        {_, List} -> List;
        undefined -> []
    end.

%% From net_kernel's table: the owner of the connection and, where that is a process, its controller.
carriers(Node) ->
    Rows = try ets:lookup(sys_dist, Node) catch error:_ -> [] end,
    First = [Pid || Row <- Rows, Pid <- tuple_to_list(Row), is_pid(Pid), node(Pid) =:= node()],
    Linked = lists:append([info(Pid, links) || Pid <- First]),
    lists:usort(First ++ [Pid || Pid <- Linked, is_pid(Pid), whereis(net_kernel) =/= Pid,
                                 process_info(Pid, registered_name) =:= []]).
