using System.Text;

namespace ActorTrade.Pbm.Prompt;

/// <summary>Splits a line as a shell would: at spaces, except within quotes; a backslash escapes.</summary>
internal static class Words
{
    /// <param name="line">What was typed.</param>
    /// <param name="isOpen">True where a quote is not closed.</param>
    public static IReadOnlyList<string> Split(string line, out bool isOpen)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = new List<string>();
        var word = new StringBuilder();
        var (hasWord, quote) = (false, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && quote != '\'' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                hasWord = true;
            }
            else if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                (quote, hasWord) = (c, true);
            }
            else if (char.IsWhiteSpace(c))
            {
                if (hasWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    hasWord = false;
                }
            }
            else
            {
                word.Append(c);
                hasWord = true;
            }
        }

        if (hasWord)
        {
            words.Add(word.ToString());
        }

        isOpen = quote != '\0';
        return words;
    }
}
