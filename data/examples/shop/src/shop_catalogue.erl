%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% What is sold, and for how much.
-module(shop_catalogue).
-behaviour(gen_server).

-export([start_link/0, pick/0, price/1, articles/0]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(ARTICLES, #{tea => 450, coffee => 690, honey => 820, bread => 380, cheese => 1240, apples => 290, soap => 310,
                    candles => 560, paper => 240, ink => 990}).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

articles() ->
    maps:keys(?ARTICLES).

%% An article somebody might like.
pick() ->
    gen_server:call(?MODULE, pick).

price(Article) ->
    gen_server:call(?MODULE, {price, Article}).

init([]) ->
    {ok, ?ARTICLES}.

handle_call(pick, _From, Articles) ->
    Names = maps:keys(Articles),
    {reply, lists:nth(rand:uniform(length(Names)), Names), Articles};
handle_call({price, Article}, _From, Articles) ->
    {reply, maps:get(Article, Articles), Articles}.

handle_cast(_Message, Articles) ->
    {noreply, Articles}.
