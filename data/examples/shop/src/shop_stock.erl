%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% How many of each article are on the shelf. A lorry comes when one runs low.
-module(shop_stock).
-behaviour(gen_server).

-export([start_link/0, take/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(FULL, 60).
-define(LOW, 12).
-define(DELIVERY_MS, 1500).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% Takes one of each article, or nothing and says what is missing.
take(Articles) ->
    gen_server:call(?MODULE, {take, Articles}).

init([]) ->
    {ok, maps:from_list([{Article, ?FULL} || Article <- shop_catalogue:articles()])}.

handle_call({take, Articles}, _From, Shelf) ->
    case [Article || Article <- Articles, maps:get(Article, Shelf) < length(Articles)] of
        [] ->
            {reply, ok, lists:foldl(fun take_one/2, Shelf, Articles)};
        Missing ->
            {reply, {missing, lists:usort(Missing)}, Shelf}
    end.

handle_cast(_Message, Shelf) ->
    {noreply, Shelf}.

handle_info({lorry, Article}, Shelf) ->
    {noreply, Shelf#{Article := ?FULL}}.

take_one(Article, Shelf) ->
    Left = maps:get(Article, Shelf) - 1,
    Left =:= ?LOW andalso erlang:send_after(?DELIVERY_MS, self(), {lorry, Article}),
    Shelf#{Article := Left}.
