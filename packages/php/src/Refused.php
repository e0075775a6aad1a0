<?php

declare(strict_types=1);

namespace OneLoginEdge;

/** Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it. */
final class Refused extends \Exception
{
    public function __construct(public readonly string $reason, string $detail = '')
    {
        parent::__construct($detail === '' ? $reason : "$reason: $detail");
    }

    /** The status of the answer. */
    public function status(): int
    {
        return match ($this->reason) {
            'keys_unavailable' => 503,
            'level_too_low' => 403,
            default => 401,
        };
    }

    /**
     * The headers and the body of the answer: a page for browsers, JSON for everything else.
     *
     * @return array{array<string, string>, string}
     */
    public function answer(string $accept): array
    {
        $page = str_contains($accept, 'text/html');
        $headers = ['Cache-Control' => 'no-store', 'Content-Type' => $page ? 'text/html; charset=utf-8' : 'application/problem+json'];
        $problem = ['title' => 'The request was refused', 'status' => $this->status(), 'reason' => $this->reason];
        $body = $page ? str_replace('{reason}', $this->reason, (string) file_get_contents(__DIR__ . '/refused.html')) : json_encode($problem);
        return [$headers, (string) $body];
    }
}
