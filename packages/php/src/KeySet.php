<?php

declare(strict_types=1);

namespace OneLoginEdge;

/**
 * The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched.
 *
 * PHP forgets everything after a request, so that a file keeps them. Who can write that file can sign anybody in.
 */
final class KeySet
{
    private const FRESH = 300;
    private const STALE = 3600;
    private const BETWEEN_FETCHES = 10;
    private const LONGEST = 65536; // bytes
    /** The beginning of a SubjectPublicKeyInfo for a point of P-256 that is not compressed (RFC 5480). */
    private const POINT = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04";

    public function __construct(
        private readonly string $url,
        private readonly string $file,
        private readonly \Closure $fetch,
        private readonly \Closure $now,
        private readonly \Closure $log,
    ) {
    }

    public function find(mixed $kid): \OpenSSLAsymmetricKey
    {
        if (!is_string($kid) || $kid === '') {
            throw new Refused('unknown_key', 'it names no key');
        }
        $state = $this->state($kid, ($this->now)());
        if (($this->now)() - $state['fetched_at'] >= self::STALE) {
            throw new Refused('keys_unavailable', $this->url);
        }
        $key = openssl_pkey_get_public($state['keys'][$kid] ?? '');
        return $key === false ? throw new Refused('unknown_key', "not at $this->url") : $key;
    }

    /** @return array{keys: array<string, string>, fetched_at: int, tried_at: int} */
    private function state(string $kid, int $now): array
    {
        $file = fopen($this->file, 'c+');
        if ($file === false || !flock($file, LOCK_EX)) {
            throw new \RuntimeException("$this->file cannot be opened");
        }
        try {
            $state = json_decode((string) stream_get_contents($file), true);
            $state ??= ['keys' => [], 'fetched_at' => -self::STALE, 'tried_at' => -self::STALE];
            if ($now < $state['tried_at']) {
                // The clock was set back: the keys are due, and the moment of the last try says nothing.
                $due = min($state['fetched_at'], $now - self::FRESH);
                $state = ['fetched_at' => $due, 'tried_at' => -self::STALE] + $state;
            }
            $satisfied = $now - $state['fetched_at'] < self::FRESH && isset($state['keys'][$kid]);
            if ($satisfied || $now - $state['tried_at'] < self::BETWEEN_FETCHES) {
                return $state;
            }
            $state['tried_at'] = $now;
            try {
                $state = ['keys' => self::read(($this->fetch)($this->url)), 'fetched_at' => $now] + $state;
            } catch (\RuntimeException | \JsonException $error) {
                ($this->log)("one-login-edge: keys_unavailable: $this->url: {$error->getMessage()}");
            }
            ftruncate($file, 0);
            rewind($file);
            fwrite($file, (string) json_encode($state));
            return $state;
        } finally {
            fclose($file);
        }
    }

    /**
     * The keys of a document as PEM, by their ids.
     *
     * @return array<string, string>
     */
    private static function read(string $text): array
    {
        $document = json_decode($text, true, 16, JSON_THROW_ON_ERROR);
        $keys = [];
        foreach ($document['keys'] ?? throw new \RuntimeException('there are no keys') as $key) {
            if (($key['kty'] ?? '') === 'EC' && ($key['crv'] ?? '') === 'P-256') {
                $der = self::POINT . Verifier::decoded($key['x']) . Verifier::decoded($key['y']);
                $keys[$key['kid']] = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($der), 64, "\n") . '-----END PUBLIC KEY-----';
            }
        }
        return $keys;
    }

    /** The text at an address that answers with 200; redirects are not followed. */
    public static function fetch(string $url): string
    {
        $http = ['follow_location' => 0, 'timeout' => 3, 'ignore_errors' => true, 'header' => 'Accept: application/json'];
        $context = stream_context_create(['http' => $http + ['user_agent' => 'one-login-edge-origin/1.0.0-rc.1 (php)']]);
        $text = @file_get_contents($url, false, $context, 0, self::LONGEST);
        if ($text === false) {
            throw new \RuntimeException(error_get_last()['message'] ?? 'there is no answer');
        }
        $status = explode(' ', $http_response_header[0])[1] ?? '';
        return $status === '200' ? $text : throw new \RuntimeException("the answer is $status");
    }
}
