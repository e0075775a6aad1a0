<?php

/** What the tests of this package share: the vectors, a verifier for one of them, and how an answer is judged. */

declare(strict_types=1);

use OneLoginEdge\Person;
use OneLoginEdge\Verifier;

define('KEYS', tempnam(sys_get_temp_dir(), 'one-login-edge-keys-'));

function same(mixed $expected, mixed $found, string $name): void
{
    if ($expected != $found || gettype($expected) !== gettype($found)) {
        throw new RuntimeException("$name: " . json_encode($found) . ', not ' . json_encode($expected));
    }
}

/** A verifier that has fetched nothing yet. */
function verifier(array $document, array &$lines, Closure $fetch, Closure $now, bool $bound = false): Verifier
{
    file_put_contents(KEYS, '');
    $log = function (string $line) use (&$lines): void {
        $lines[] = $line;
    };
    return new Verifier($document['issuer'], $document['audience'], KEYS, $document['public'], $bound, $log, $fetch, $now);
}

/** What a service that says who is asking shows of a person. */
function shown(?Person $person): ?array
{
    return $person === null ? null : [
        'sub' => $person->sub, 'sid' => $person->sid, 'vot' => $person->vot,
        'email' => $person->claims['email'] ?? null, 'identity' => $person->identity,
    ];
}

/** The outcome of an answer, in the words of a vector; the body of a good one is what is shown. */
function outcome(int $status, string $type, string $cache, string $body, string $name): array
{
    if ($status === 200) {
        $person = json_decode($body, true);
        return $person === null ? ['outcome' => 'anonymous'] : ['outcome' => 'accepted', 'person' => $person];
    }
    $page = strtolower($type) === 'text/html; charset=utf-8';
    same(true, str_contains($cache, 'no-store'), $name);
    $page || same('application/problem+json', $type, $name);
    $reason = $page ? (preg_match('~<code>(\w+)</code>~', $body, $found) ? $found[1] : '') : json_decode($body, true)['reason'];
    return ['outcome' => 'refused', 'reason' => $reason, 'status' => $status, 'page' => $page];
}

/** The shared vectors, and those in the files that ONE_LOGIN_VECTORS names. */
function documents(): array
{
    $read = fn (string $name): array => json_decode(file_get_contents($name), true, 64, JSON_THROW_ON_ERROR);
    return [$read(__DIR__ . '/../../vectors.json'), ...array_map($read, array_filter(explode(':', getenv('ONE_LOGIN_VECTORS') ?: '')))];
}

/** Judges every vector by what `$ask` makes of a verifier and the vector. */
function check(Closure $ask): void
{
    $count = 0;
    $parts = array_flip(['outcome', 'reason', 'status', 'page', 'person']);
    foreach (documents() as $document) {
        foreach ($document['vectors'] as $vector) {
            $lines = [];
            $keys = fn (): string => json_encode($document['published']['both']);
            $answer = $ask(verifier($document, $lines, $keys, fn (): int => $vector['now'], $vector['bound']), $vector);
            same(array_intersect_key($vector, $parts), $answer, $vector['name']);
            same(isset($vector['reason']) ? 1 : 0, count($lines), $vector['name']);
            foreach ($lines as $line) {
                same(true, str_starts_with($line, "one-login-edge: refused: {$vector['reason']}") && !str_contains($line, 'urn:fdc'), $line);
            }
            $count += 1;
        }
    }
    echo "vectors checked: $count\n";
}
