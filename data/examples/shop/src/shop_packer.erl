%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% One pair of hands that packs parcels, one after the other. At rush hour its mailbox grows, and
%% orders wait: the place where this shop is slow.
-module(shop_packer).
-behaviour(gen_server).

-export([start_link/0, pack/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(WRAP_MS, 400).
-define(ARTICLE_MS, 120).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% The order gets {packed, Parcel} when it is done.
pack(Order, Articles) ->
    gen_server:cast(?MODULE, {pack, Order, Articles}).

init([]) ->
    {ok, 1}.

handle_call(count, _From, Next) ->
    {reply, Next - 1, Next}.

handle_cast({pack, Order, Articles}, Parcel) ->
    timer:sleep(?WRAP_MS + ?ARTICLE_MS * length(Articles)),
    Order ! {packed, Parcel},
    {noreply, Parcel + 1}.
