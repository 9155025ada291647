// Reads one stream with OpenAI's Go client and prints what it said as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	options := []option.RequestOption{
		option.WithBaseURL(os.Getenv("BASE_URL")),
		option.WithAPIKey(os.Getenv("API_KEY")),
		option.WithMaxRetries(0),
	}
	if key := os.Getenv("IDEMPOTENCY_KEY"); key != "" {
		options = append(options, option.WithHeader("idempotency-key", key), option.WithHeader("x-carryon-resume", "1"))
	}
	client := openai.NewClient(options...)
	stream := client.Chat.Completions.NewStreaming(context.Background(), openai.ChatCompletionNewParams{
		Model:         "app/chat",
		Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Name a river.")},
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	})
	text, finish := "", ""
	var tokens int64
	for stream.Next() {
		chunk := stream.Current()
		if len(chunk.Choices) > 0 {
			text += chunk.Choices[0].Delta.Content
			if reason := chunk.Choices[0].FinishReason; reason != "" {
				finish = reason
			}
		}
		tokens += chunk.Usage.CompletionTokens
	}
	if err := stream.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	said, _ := json.Marshal(map[string]any{"text": text, "finish": finish, "tokens": tokens})
	fmt.Println(string(said))
}
