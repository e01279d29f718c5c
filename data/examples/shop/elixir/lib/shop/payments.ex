# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Payments do
  @moduledoc """
  The pool and its connections to the bank.

  `:rest_for_one`: a connection offers itself to the pool when it starts, so a pool that was restarted
  needs connections that start anew.
  """
  use Supervisor

  @connections 6

  def start_link(_arguments), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init([]) do
    connections = for number <- 1..@connections, do: {Shop.Connection, number}
    options = [strategy: :one_for_one, max_restarts: 10, max_seconds: 60, name: Shop.Connections]

    supervisor = %{
      id: Shop.Connections,
      start: {Supervisor, :start_link, [connections, options]},
      type: :supervisor
    }

    Supervisor.init([Shop.Pool, supervisor], strategy: :rest_for_one)
  end
end

defmodule Shop.Connection do
  @moduledoc """
  A connection to the bank, with a heartbeat. Now and then the bank answers nonsense, more often to a charge
  than to a heartbeat; then the connection crashes, and its supervisor opens a new one.
  """
  use GenServer

  @one_in_charges 10
  @one_in_beats 500
  @beat_ms 1500

  def child_spec(number) do
    %{id: {:connection, number}, start: {__MODULE__, :start_link, [number]}}
  end

  def start_link(number), do: GenServer.start_link(__MODULE__, number, name: Shop.Names.via({:connection, number}))

  def charge(connection, order, cents), do: GenServer.call(connection, {:charge, order, cents})

  @impl true
  def init(number) do
    Shop.Names.label({:connection, number})
    :ok = Shop.Pool.join(self())
    Process.send_after(self(), :heartbeat, :rand.uniform(@beat_ms))
    {:ok, %{number: number, charged: 0}}
  end

  @impl true
  def handle_call({:charge, order, cents}, _from, state) do
    ask_bank({:order, order}, @one_in_charges)
    {:reply, {:ok, {:receipt, order, cents}}, %{state | charged: state.charged + cents}}
  end

  @impl true
  def handle_info(:heartbeat, state) do
    Process.send_after(self(), :heartbeat, @beat_ms)
    ask_bank(:heartbeat, @one_in_beats)
    {:noreply, state}
  end

  # There is no bank; a charge takes as long as if there were.
  defp ask_bank(question, one_in) do
    Process.sleep(20 + :rand.uniform(80))
    if :rand.uniform(one_in) == 1, do: exit({:gateway_failed, "HTTP/1.1 502 Bad Gateway", question})
    :ok
  end
end

defmodule Shop.Pool do
  @moduledoc """
  Lends connections: who asks gets a free one or waits in line. Both sides are monitored: a borrower
  who dies gives its connection back, a connection that dies leaves the pool.
  """
  use GenServer

  def start_link(_arguments), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def join(connection), do: GenServer.call(__MODULE__, {:join, connection})

  @doc "Runs `fun` on a connection, and gives it back whatever happens."
  def with_connection(fun) do
    {connection, loan} = GenServer.call(__MODULE__, :checkout)

    try do
      fun.(connection)
    after
      GenServer.cast(__MODULE__, {:checkin, loan})
    end
  end

  @impl true
  def init([]), do: {:ok, %{free: [], lent: %{}, waiting: :queue.new(), members: %{}}}

  @impl true
  def handle_call({:join, connection}, _from, pool) do
    monitor = Process.monitor(connection)
    pool = %{pool | free: [connection | pool.free], members: Map.put(pool.members, monitor, connection)}
    {:reply, :ok, serve(pool)}
  end

  def handle_call(:checkout, from, pool) do
    {:noreply, serve(%{pool | waiting: :queue.in(from, pool.waiting)})}
  end

  @impl true
  def handle_cast({:checkin, loan}, pool) do
    Process.demonitor(loan, [:flush])
    {:noreply, pool |> take_back(loan) |> serve()}
  end

  @impl true
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, pool) do
    case Map.pop(pool.members, monitor) do
      {nil, _} -> {:noreply, pool |> take_back(monitor) |> serve()}
      {connection, members} -> {:noreply, %{pool | members: members, free: List.delete(pool.free, connection)}}
    end
  end

  # Lends as long as somebody waits and something is free.
  defp serve(%{free: [connection | free]} = pool) do
    case :queue.out(pool.waiting) do
      {{:value, {borrower, _} = from}, waiting} ->
        loan = Process.monitor(borrower)
        GenServer.reply(from, {connection, loan})
        serve(%{pool | free: free, waiting: waiting, lent: Map.put(pool.lent, loan, connection)})

      {:empty, _} ->
        pool
    end
  end

  defp serve(pool), do: pool

  # A connection that died while it was lent is no member any more and does not come back.
  defp take_back(pool, loan) do
    {connection, lent} = Map.pop(pool.lent, loan)
    back = for {_monitor, ^connection} <- pool.members, do: connection
    %{pool | lent: lent, free: pool.free ++ back}
  end
end
