namespace ActorTrade.Domain.System;

/// <summary>Who runs the cluster, as principals. No user can have such a name: theirs hold no colon.</summary>
public static class Operators
{
    private const string Prefix = "operator:";

    /// <summary>The principal of an operator.</summary>
    public static string PrincipalOf(string name) => Prefix + name;

    public static bool IsOne(string principal) => principal.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The name of an operator; any other principal as it is.</summary>
    public static string NameOf(string principal) => IsOne(principal) ? principal[Prefix.Length..] : principal;
}
