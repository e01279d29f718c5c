%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Bounded views of terms that we did not make: at most so many nodes, so deep, binaries cut.
%% A term is only ever walked as far as the budget goes, so the cost does not depend on its
%% size, nor on what it would be without sharing.  What was left out reads '…'.  Printing is left
%% to the program: it costs the node nothing, and loads no module there.
-module(ov_probe_cut).
-export([cut/1, cut/3]).

-define(NODES, 200).
-define(DEPTH, 12).
-define(BYTES, 256).
-define(ETC, '…').

%% {Term, WasCut}.
cut(Term) ->
    cut(Term, ?NODES, ?DEPTH).

cut(Term, Nodes, Depth) ->
    {View, {_, WasCut}} = walk(Term, Depth, {Nodes, false}),
    {View, WasCut}.

walk(_, _, {Nodes, _}) when Nodes =< 0 ->
    {?ETC, {0, true}};
walk(_, 0, {Nodes, _}) ->
    {?ETC, {Nodes - 1, true}};
walk([], _, {Nodes, WasCut}) ->
    {[], {Nodes - 1, WasCut}};
walk([_ | _] = List, Depth, {Nodes, WasCut}) ->
    walk_list(List, Depth - 1, {Nodes - 1, WasCut}, []);
walk(Tuple, Depth, {Nodes, WasCut}) when is_tuple(Tuple) ->
    walk_tuple(1, Tuple, Depth - 1, {Nodes - 1, WasCut}, []);
walk(Map, Depth, {Nodes, WasCut}) when is_map(Map) ->
    walk_map(maps:next(maps:iterator(Map)), Depth - 1, {Nodes - 1, WasCut}, []);
walk(Bits, _, {Nodes, _}) when is_bitstring(Bits), bit_size(Bits) > ?BYTES * 8 ->
    {binary:copy(binary:part(bytes(Bits), 0, ?BYTES)), {Nodes - 1, true}};
walk(Bits, _, {Nodes, WasCut}) when is_binary(Bits) ->
    {binary:copy(Bits), {Nodes - 1, WasCut}};
walk(Fun, _, {Nodes, WasCut}) when is_function(Fun) ->
    case erlang:fun_info(Fun, type) of
        {type, external} -> {Fun, {Nodes - 1, WasCut}};
        {type, local} -> {fun_name(Fun), {Nodes - 1, true}}
    end;
walk(Number, _, {Nodes, _}) when is_integer(Number), abs(Number) >= 1 bsl 2048 ->
    {?ETC, {Nodes - 1, true}};
walk(Other, _, {Nodes, WasCut}) ->
    {Other, {Nodes - 1, WasCut}}.

%% A fun's environment may be as large as the world: its name is enough.
fun_name(Fun) ->
    {module, Module} = erlang:fun_info(Fun, module),
    {name, Name} = erlang:fun_info(Fun, name),
    {arity, Arity} = erlang:fun_info(Fun, arity),
    {'fun', Module, Name, Arity}.

bytes(Bits) when is_binary(Bits) ->
    Bits;
bytes(Bits) ->
    Missing = 8 - bit_size(Bits) rem 8,
    binary_part(<<Bits/bitstring, 0:Missing>>, 0, bit_size(Bits) div 8).

walk_list([], _, Budget, Done) ->
    {lists:reverse(Done), Budget};
walk_list(_, _, {Nodes, _}, Done) when Nodes =< 0 ->
    {lists:reverse([?ETC | Done]), {0, true}};
walk_list([Head | Tail], Depth, Budget, Done) ->
    {View, Left} = walk(Head, Depth, Budget),
    walk_list(Tail, Depth, Left, [View | Done]);
walk_list(Tail, Depth, Budget, Done) ->
    {View, Left} = walk(Tail, Depth, Budget),
    {lists:reverse(Done, View), Left}.

walk_tuple(Index, Tuple, _, Budget, Done) when Index > tuple_size(Tuple) ->
    {list_to_tuple(lists:reverse(Done)), Budget};
walk_tuple(_, _, _, {Nodes, _}, Done) when Nodes =< 0 ->
    {list_to_tuple(lists:reverse([?ETC | Done])), {0, true}};
walk_tuple(Index, Tuple, Depth, Budget, Done) ->
    {View, Left} = walk(element(Index, Tuple), Depth, Budget),
    walk_tuple(Index + 1, Tuple, Depth, Left, [View | Done]).

walk_map(none, _, Budget, Done) ->
    {maps:from_list(Done), Budget};
walk_map(_, _, {Nodes, _}, Done) when Nodes =< 0 ->
    {maps:from_list([{?ETC, ?ETC} | Done]), {0, true}};
walk_map({Key, Value, Next}, Depth, Budget, Done) ->
    {KeyView, Left} = walk(Key, Depth, Budget),
    {ValueView, Rest} = walk(Value, Depth, Left),
    walk_map(maps:next(Next), Depth, Rest, [{KeyView, ValueView} | Done]).
