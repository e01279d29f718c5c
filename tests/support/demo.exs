# SPDX-License-Identifier: GPL-3.0-or-later
#
# An Elixir tree that stands still: Supervisor, DynamicSupervisor, PartitionSupervisor (Elixir 1.14),
# Task.Supervisor, Registry, Agent, Task.

defmodule Demo.Server do
  use GenServer
  def start_link(argument), do: GenServer.start_link(__MODULE__, argument)
  def init(argument), do: {:ok, argument}
end

wait = fn -> receive do: (:stop -> :ok) end

partitions =
  if Code.ensure_loaded?(PartitionSupervisor),
    do: [{PartitionSupervisor, child_spec: DynamicSupervisor, name: Demo.Partitions, partitions: 3}],
    else: []

children =
  [
    {Registry, keys: :unique, name: Demo.Registry, partitions: 2},
    {DynamicSupervisor, name: Demo.Dynamic},
    {Task.Supervisor, name: Demo.Tasks},
    Supervisor.child_spec({Agent, fn -> %{} end}, id: :agent),
    Supervisor.child_spec({Demo.Server, :one}, id: {:server, 1}),
    Supervisor.child_spec({Demo.Server, :two}, id: "server two", restart: :transient),
    Supervisor.child_spec({Task, wait}, id: :task, restart: :temporary)
  ] ++ partitions

{:ok, _} = Supervisor.start_link(children, strategy: :rest_for_one, max_restarts: 4, name: Demo.Supervisor)
for number <- 1..20, do: {:ok, _} = DynamicSupervisor.start_child(Demo.Dynamic, {Demo.Server, number})
for _ <- 1..3, do: {:ok, _} = Task.Supervisor.start_child(Demo.Tasks, wait)
Process.register(spawn(wait), :demo_ready)

# The tree is linked to this process, and ends with it.
Process.sleep(:infinity)
