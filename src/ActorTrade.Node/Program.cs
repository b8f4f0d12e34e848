using ActorTrade.Node.Benchmarks;
var d = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
Console.WriteLine(await SwapsBenchmark.RunAsync(d, TimeSpan.FromSeconds(double.Parse(args[0]))));
Directory.Delete(d, true);
return 0;
