# SPDX-License-Identifier: GPL-3.0-or-later
#
# Random terms, the same ones for the same seed, each with what inspect/1 writes for it:
#
#     elixir ov_term_inspect.exs FILE COUNT SEED
#
# Lists of printable characters are left out: their spelling has changed with Elixir 1.15.
defmodule OvPoint do
  defstruct [:x, :y]
end

defmodule OvTermInspect do
  def main([file, count, seed]) do
    seed = String.to_integer(seed)
    :rand.seed(:exsss, {seed, seed, seed})
    pairs = for _ <- 1..String.to_integer(count), do: pair(term(4))
    File.write!(file, pairs)
  end

  defp pair(term) do
    bytes = :erlang.term_to_binary(term)
    text = inspect(term, limit: :infinity, printable_limit: :infinity, width: :infinity)
    [<<byte_size(bytes)::32>>, bytes, <<byte_size(text)::32>>, text]
  end

  defp term(0), do: leaf(:rand.uniform(16))

  defp term(depth) do
    case :rand.uniform(14) do
      1 -> List.to_tuple(terms(depth))
      2 -> {Enum.random([:ok, :error, :reply]), term(depth - 1)}
      3 -> terms(depth)
      4 -> [term(depth - 1) | leaf(2)]
      5 -> Map.new(terms(depth), fn key -> {key, term(depth - 1)} end)
      6 -> for _ <- 1..:rand.uniform(4), do: {key(), term(depth - 1)}
      7 -> Map.new(1..:rand.uniform(5), fn _ -> {key(), term(depth - 1)} end)
      8 -> %OvPoint{x: term(depth - 1), y: term(depth - 1)}
      9 -> [{key(), term(depth - 1)} | [term(depth - 1)]]
      _ -> leaf(:rand.uniform(16))
    end
  end

  defp terms(depth), do: for(_ <- 1..:rand.uniform(5), do: term(depth - 1))

  defp key do
    Enum.random([:a, :b, :name, :ok?, :Upper, :"two words", :+, :nil, :"", :été, :<>, :"a\"b", :{}, :_x, :"1a"])
  end

  defp leaf(1), do: key()
  defp leaf(2), do: Enum.random([nil, true, false, Enum, Foo.Bar, :"Elixir.foo", :"Elixir.Foo.bar", :foo@bar, Elixir])
  defp leaf(3), do: Enum.random([:foo!, :"@foo", :"a?b", :.., :"::", :"=>", :"", :->, :"\n", :"a\#{b}", :"\a\0", :"Ж ж"])
  defp leaf(4), do: :rand.uniform(1000) + 1000
  defp leaf(5), do: -:rand.uniform(Integer.pow(2, :rand.uniform(90)))
  defp leaf(6), do: :rand.uniform() * Integer.pow(10, :rand.uniform(25))
  defp leaf(7), do: Enum.random([0.0, 1.0, 1.0e22, 1.0e-7, 0.001, 123_456.789])
  defp leaf(8), do: self()
  defp leaf(9), do: make_ref()
  defp leaf(10), do: Enum.random([&Enum.map/2, &:lists.map/2, &:erlang.+/2, &OvPoint.__struct__/0])
  defp leaf(11), do: bytes(:rand.uniform(6))
  defp leaf(12), do: Enum.random(["text", "été", "", "a\"b\\c", "tab\t\n\r\e\d\a\b\f\v", "a\#{b} #", "Ж漢😀", "zero\0"])
  defp leaf(13), do: <<bytes(2)::binary, :rand.uniform(8) - 1::3>>
  defp leaf(14), do: [1000, 2000]
  defp leaf(15), do: Enum.random([[], {}, %{}, <<>>])
  defp leaf(16), do: hd(Port.list())

  defp bytes(size), do: for(_ <- 1..size, into: <<>>, do: <<:rand.uniform(256) - 1>>)
end

OvTermInspect.main(System.argv())
