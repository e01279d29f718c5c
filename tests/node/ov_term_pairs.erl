%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Random terms for the round trip, the same ones for the same seed.  start/3 keeps the terms
%% on the node and writes, for each: its term_to_binary/1 (some compressed), its ~tw text, and
%% how it compares with the one before.  check/1 reads back what the program made of the bytes.
-module(ov_term_pairs).
-export([start/3, check/1]).

start(Dir, Count, Seed) ->
    rand:seed(exsss, {Seed, Seed, Seed}),
    Self = self(),
    Keeper = spawn(fun() ->
                           Terms = [term(4) || _ <- lists:seq(1, Count)],
                           ok = file:write_file(filename:join(Dir, "terms"), pairs(Terms, none)),
                           register(?MODULE, self()),
                           Self ! {self(), written},
                           keep(Terms)
                   end),
    Monitor = monitor(process, Keeper),
    receive
        {Keeper, written} -> demonitor(Monitor, [flush]), Count;
        {'DOWN', Monitor, process, Keeper, Reason} -> {failed, Reason}
    end.

keep(Terms) ->
    receive
        {From, Dir} ->
            {ok, Bytes} = file:read_file(filename:join(Dir, "again")),
            From ! {self(), compare(Terms, Bytes, 0)},
            keep(Terms)
    end.

check(Dir) ->
    Keeper = whereis(?MODULE),
    Keeper ! {self(), Dir},
    receive {Keeper, Answer} -> Answer end.

%% The number of terms that came back as they went.
compare([], <<>>, Same) ->
    Same;
compare([Term | Terms], <<Size:32, Bytes:Size/binary, Rest/binary>>, Same) ->
    try binary_to_term(Bytes) of
        Term -> compare(Terms, Rest, Same + 1);
        Other -> {differs, Term, Other}
    catch
        error:badarg -> {refused, Term, Bytes}
    end.

pairs([], _) ->
    [];
pairs([Term | Terms], Before) ->
    Bytes = case rand:uniform(20) of
                1 -> term_to_binary(Term, [compressed]);
                2 -> term_to_binary(Term, [{minor_version, 0}]);
                3 -> term_to_binary(Term, [{minor_version, 2}]);
                _ -> term_to_binary(Term)
            end,
    Text = unicode:characters_to_binary(io_lib:format("~tw", [Term])),
    [<<(byte_size(Bytes)):32>>, Bytes, <<(byte_size(Text)):32>>, Text, order(Before, Term) | pairs(Terms, Term)].

order(A, B) when A =:= B -> $=;
order(A, B) when A == B -> $~;
order(A, B) when A < B -> $<;
order(_, _) -> $>.

term(Depth) when Depth =:= 0 ->
    leaf(rand:uniform(24));
term(Depth) ->
    case rand:uniform(14) of
        1 -> list_to_tuple(terms(Depth));
        2 -> {pick([ok, error, reply, '$gen_call', 'DOWN']), term(Depth - 1)};
        3 -> terms(Depth);
        4 -> [term(Depth - 1) | improper_tail(terms(Depth), leaf(rand:uniform(24)))];
        5 -> maps:from_list([{term(Depth - 1), term(Depth - 1)} || _ <- lists:seq(1, rand:uniform(8) - 1)]);
        6 -> maps:from_list([{leaf(1), term(Depth - 1)} || _ <- lists:seq(1, rand:uniform(20) - 1)]);
        7 -> Captured = term(Depth - 1), fun(X) -> {X, Captured} end;
        _ -> leaf(rand:uniform(24))
    end.

terms(Depth) ->
    [term(Depth - 1) || _ <- lists:seq(1, rand:uniform(7) - 1)].

improper_tail([], Tail) -> Tail;
improper_tail([Head | Rest], Tail) -> [Head | improper_tail(Rest, Tail)].

leaf(N) when N =< 4 -> atom(rand:uniform(8));
leaf(5) -> rand:uniform(300) - 20;
leaf(6) -> rand:uniform(1 bsl 33) - (1 bsl 32);
leaf(7) -> sign() * ((1 bsl (rand:uniform(200) - 1)) + rand:uniform(3) - 2);
leaf(8) -> sign() * rand:uniform(1 bsl rand:uniform(1200));
leaf(9) -> rand:uniform() * 1000;
leaf(10) -> rand:uniform(100000) / pick([1, 10, 100, 1000, 8]);
leaf(N) when N =:= 11; N =:= 12 -> float_of_bits();
leaf(13) -> pick([0.0, 1.0, -1.5, 1.0e22, 1.0e-5, 5.0e-324, 1.7976931348623157e308, 9007199254740991.0, 0.1, 100.0]);
leaf(14) -> self();
leaf(15) -> list_to_pid("<0." ++ integer_to_list(rand:uniform(30000)) ++ "." ++ integer_to_list(rand:uniform(8) - 1) ++ ">");
leaf(16) -> make_ref();
leaf(17) -> pick(erlang:ports());
leaf(18) -> pick([fun lists:map/2, fun erlang:'+'/2, fun 'a b':'C'/0]);
leaf(19) -> binary(rand:uniform(20) - 1);
leaf(20) -> Size = rand:uniform(60), <<Bits:Size/bitstring, _/bitstring>> = binary(8), Bits;
leaf(21) -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(20) - 1)];
leaf(22) -> "text with \"quotes\" and \\";
leaf(23) -> [rand:uniform(16#D7FF) || _ <- lists:seq(1, rand:uniform(5))];
leaf(24) -> pick([[], {}, #{}, <<>>]).

%% Before OTP 25 the last of many digits was chosen by another rule.
float_of_bits() ->
    Bits = case rand:uniform(3) of
               1 -> <<(rand:uniform(1 bsl 64) - 1):64>>;
               2 -> <<0:1, (rand:uniform(2046)):11, 0:52>>;
               3 -> <<(rand:uniform(2) - 1):1, (1023 + rand:uniform(70) - 10):11, (rand:uniform(1 bsl 52) - 1):52>>
           end,
    case {Bits, list_to_integer(erlang:system_info(otp_release))} of
        {<<Float/float>>, Release} when Release >= 25 -> Float;
        _ -> sign() * rand:uniform(1 bsl 40) / 8
    end.

atom(1) -> pick([ok, undefined, true, false, nil, 'after', 'end', 'fun', 'bxor', 'cond', 'let', 'andalso', '', '_', 'Upper']);
atom(2) -> list_to_atom([rand:uniform(26) + $a - 1 || _ <- lists:seq(1, rand:uniform(12))]);
atom(3) -> list_to_atom([$a | [pick("abcXYZ019_@") || _ <- lists:seq(1, rand:uniform(8))]]);
atom(4) -> list_to_atom([rand:uniform(127) || _ <- lists:seq(1, rand:uniform(5))]);
atom(5) -> list_to_atom([rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(4))]);
atom(6) -> list_to_atom([pick(lists:seq($ß, $ÿ)) | [pick(lists:seq($À, $ÿ)) || _ <- lists:seq(1, rand:uniform(4))]]);
atom(7) -> list_to_atom([pick("aЖ漢é😀 '") || _ <- lists:seq(1, rand:uniform(6))]);
atom(8) -> pick(['Elixir.Foo.Bar', 'shop@localhost', 'A b', '$gen_call', 'it\'s', '\\']).

binary(Size) ->
    list_to_binary([rand:uniform(256) - 1 || _ <- lists:seq(1, Size)]).

pick(List) -> lists:nth(rand:uniform(length(List)), List).

sign() -> pick([1, -1]).
