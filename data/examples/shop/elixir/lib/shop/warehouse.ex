# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Warehouse do
  @moduledoc """
  `:one_for_all`: catalogue, stock and packer agree on which articles there are. When one of them
  dies, all three begin again.
  """
  use Supervisor

  def start_link(_arguments), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init([]) do
    Supervisor.init([Shop.Catalogue, Shop.Stock, Shop.Packer], strategy: :one_for_all)
  end
end

defmodule Shop.Catalogue do
  @moduledoc "What is sold, and for how many cents."
  use Agent

  @articles %{tea: 450, coffee: 690, honey: 820, bread: 380, cheese: 1240, apples: 290, soap: 310, candles: 560}

  def start_link(_arguments), do: Agent.start_link(fn -> @articles end, name: __MODULE__)

  @doc "An article somebody might like."
  def pick, do: Agent.get(__MODULE__, fn articles -> articles |> Map.keys() |> Enum.random() end)

  def price(article), do: Agent.get(__MODULE__, Map, :fetch!, [article])

  def articles, do: Map.keys(@articles)
end

defmodule Shop.Stock do
  @moduledoc "How many of each article are on the shelf. A lorry comes when one runs low."
  use GenServer

  @full 60
  @low 12
  @delivery_ms 1500

  def start_link(_arguments), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Takes one of each, or nothing."
  def take(articles), do: GenServer.call(__MODULE__, {:take, articles})

  @impl true
  def init([]), do: {:ok, Map.new(Shop.Catalogue.articles(), &{&1, @full})}

  @impl true
  def handle_call({:take, articles}, _from, shelf) do
    if Enum.all?(articles, &(shelf[&1] >= length(articles))) do
      {:reply, :ok, Enum.reduce(articles, shelf, &take_one/2)}
    else
      {:reply, :missing, shelf}
    end
  end

  @impl true
  def handle_info({:lorry, article}, shelf), do: {:noreply, %{shelf | article => @full}}

  defp take_one(article, shelf) do
    left = shelf[article] - 1
    if left == @low, do: Process.send_after(self(), {:lorry, article}, @delivery_ms)
    %{shelf | article => left}
  end
end

defmodule Shop.Packer do
  @moduledoc "One pair of hands. At rush hour its mailbox grows: the place where this shop is slow."
  use GenServer

  @wrap_ms 400
  @article_ms 120

  def start_link(_arguments), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The order gets `{:packed, parcel}` when it is done."
  def pack(order, articles), do: GenServer.cast(__MODULE__, {:pack, order, articles})

  @impl true
  def init([]), do: {:ok, 1}

  @impl true
  def handle_cast({:pack, order, articles}, parcel) do
    Process.sleep(@wrap_ms + @article_ms * length(articles))
    send(order, {:packed, parcel})
    {:noreply, parcel + 1}
  end
end
