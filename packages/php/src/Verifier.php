<?php

declare(strict_types=1);

namespace OneLoginEdge;

/** Knows what a good assertion is, and which paths need none. It believes the signed assertion and no other header. */
final class Verifier
{
    public const HEADER = 'One-Login-Assertion';
    public const IDENTITY_HEADER = 'One-Login-Identity';
    private const TYPE = 'one-login-assertion+jwt';
    private const IDENTITY_TYPE = 'one-login-identity+jwt';
    private const IDENTITY_CLAIMS = ['coreIdentity', 'address', 'passport', 'drivingPermit', 'returnCode'];
    private const TOKEN = '/\A[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\z/';
    private const TWO_READINGS = '#(\A|/)\.{1,2}(/|\z)|//|[\\\\;\x00]|%(2e|2f|5c|25|3b|00)#i';
    private const LONGEST = 8192; // characters
    private const CLOCKS_DIFFER = 10; // seconds that this clock may be behind the edge's

    private readonly \Closure $log;
    private readonly \Closure $now;
    private readonly KeySet $keys;

    /**
     * @param string $issuer `https://YOUR-HOST`
     * @param string $audience your `origin_audience`
     * @param string $keysFile where keys are kept between requests; only the service may write there
     * @param list<string> $public paths that need no sign-in: `/about`, or `/assets/*` for `/assets` and everything below
     * @param bool $bound whether an assertion counts only for the method and path that it names, which the edge's `bind` has it name
     * @param \Closure(string): void|null $log gets one line for each refusal; `error_log` otherwise
     */
    public function __construct(
        private readonly string $issuer,
        private readonly string $audience,
        string $keysFile,
        private readonly array $public = [],
        private readonly bool $bound = false,
        ?\Closure $log = null,
        ?\Closure $fetch = null,
        ?\Closure $now = null,
    ) {
        $this->log = $log ?? error_log(...);
        $this->now = $now ?? time(...);
        $url = $issuer . '/auth/assertion-jwks.json';
        $this->keys = new KeySet($url, $keysFile, $fetch ?? KeySet::fetch(...), $this->now, $this->log);
    }

    /** Writes the one line about a refusal. */
    public function log(Refused $refused): void
    {
        ($this->log)('one-login-edge: refused: ' . $refused->getMessage());
    }

    /** Whether a path, as the client sent it, needs no sign-in. One that servers read in two ways is never public. */
    public function isPublic(string $path): bool
    {
        $covers = fn (string $rule): bool => str_ends_with($rule, '/*')
            ? $path === substr($rule, 0, -2) || str_starts_with($path, substr($rule, 0, -1))
            : $path === $rule;
        return !preg_match(self::TWO_READINGS, $path) && array_filter($this->public, $covers) !== [];
    }

    /**
     * Who these values of the two headers name; null when there are none. The path is the one that arrived, without query.
     *
     * @param list<string> $assertions
     * @param list<string> $identities
     */
    public function person(string $method, string $path, array $assertions, array $identities): ?Person
    {
        $asked = [$method, $this->issuer . $path];
        if ($assertions === []) {
            return $identities === [] ? null : throw new Refused('wrong_identity', 'it came without an assertion');
        }
        $claims = $this->verified($assertions, self::TYPE, $asked);
        foreach (['sub', 'sid', 'vot'] as $name) {
            if (!is_string($claims[$name] ?? null) || $claims[$name] === '') {
                throw new Refused('incomplete', $name);
            }
        }
        if (self::whole($claims, 'session_exp') <= ($this->now)()) {
            throw new Refused('session_over');
        }
        $source = $claims;
        if (($claims['identity_claims'] ?? null) === 'header') {
            $source = $identities === [] ? throw new Refused('wrong_identity', 'it did not arrive') : $this->verified($identities, self::IDENTITY_TYPE, $asked);
            if (($source['sub'] ?? null) !== $claims['sub'] || ($source['sid'] ?? null) !== $claims['sid']) {
                throw new Refused('wrong_identity', 'it belongs to another session');
            }
        } elseif ($identities !== []) {
            throw new Refused('wrong_identity', 'it was not announced');
        }
        $identity = array_intersect_key($source, array_flip(self::IDENTITY_CLAIMS));
        return new Person($claims['sub'], $claims['sid'], $claims['vot'], $claims, $identity === [] ? null : $identity);
    }

    /**
     * The claims of the one token in these values of a header.
     *
     * @param list<string> $values
     * @param array{string, string} $asked
     * @return array<string, mixed>
     */
    private function verified(array $values, string $type, array $asked): array
    {
        $token = $values[0];
        if (count($values) !== 1 || strlen($token) > self::LONGEST || !preg_match(self::TOKEN, $token)) {
            throw new Refused('malformed', 'not one token');
        }
        [$head, $body, $signature] = explode('.', $token);
        $header = self::members($head);
        if (($header['alg'] ?? null) !== 'ES256') {
            throw new Refused('wrong_algorithm');
        }
        if (($header['typ'] ?? null) !== $type) {
            throw new Refused('wrong_type');
        }
        if (array_key_exists('crit', $header)) {
            throw new Refused('critical_extension');
        }
        $key = $this->keys->find($header['kid'] ?? null);
        if (openssl_verify("$head.$body", self::der(self::decoded($signature)), $key, OPENSSL_ALGO_SHA256) !== 1) {
            throw new Refused('wrong_signature');
        }
        $claims = self::members($body);
        foreach (['iss' => [$this->issuer, 'wrong_issuer'], 'aud' => [$this->audience, 'wrong_audience']] as $name => [$expected, $reason]) {
            if (($claims[$name] ?? null) !== $expected) {
                throw new Refused($reason, json_encode($expected) . ' is expected, it says ' . json_encode($claims[$name] ?? null));
            }
        }
        if ($this->bound && $asked !== [$claims['htm'] ?? null, $claims['htu'] ?? null]) {
            throw new Refused('wrong_request');
        }
        [$end, $made, $now] = [self::whole($claims, 'exp'), self::whole($claims, 'iat'), ($this->now)()];
        if ($end <= $now) {
            throw new Refused('expired', $now - $end . ' s ago by this clock');
        }
        if ($made > $now + self::CLOCKS_DIFFER) {
            throw new Refused('made_ahead', $made - $now . ' s ahead of this clock');
        }
        return $claims;
    }

    /** @return array<string, mixed> */
    private static function members(string $part): array
    {
        $text = self::decoded($part);
        // PHP reads a list and an object as the same kind of array.
        return json_decode($text) instanceof \stdClass ? json_decode($text, true) : throw new Refused('malformed', 'not an object');
    }

    /** Bytes from base64url, or nothing from anything else. */
    public static function decoded(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'), true);
    }

    /** A signature of JWS as OpenSSL reads it (RFC 7518, section 3.4). */
    private static function der(string $signature): string
    {
        if (strlen($signature) !== 64) {
            throw new Refused('wrong_signature');
        }
        $numbers = '';
        foreach (str_split($signature, 32) as $half) {
            $number = ltrim($half, "\0");
            $number = $number === '' || ord($number[0]) > 127 ? "\0$number" : $number;
            $numbers .= "\x02" . chr(strlen($number)) . $number;
        }
        return "\x30" . chr(strlen($numbers)) . $numbers;
    }

    /** @param array<string, mixed> $claims */
    private static function whole(array $claims, string $name): int
    {
        return is_int($claims[$name] ?? null) ? $claims[$name] : throw new Refused('incomplete', $name);
    }
}
