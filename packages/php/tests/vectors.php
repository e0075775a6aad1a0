<?php

/** Runs the shared vectors through the middleware. ONE_LOGIN_VECTORS names files of more. */

declare(strict_types=1);

use Nyholm\Psr7\Factory\Psr17Factory;
use Nyholm\Psr7\ServerRequest;
use Nyholm\Psr7\Uri;
use OneLoginEdge\KeySet;
use OneLoginEdge\Middleware;
use OneLoginEdge\Verifier;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\RequestHandlerInterface;

require_once 'Nyholm/Psr7/autoload.php';
set_error_handler(fn (int $kind, string $text) => error_reporting() & $kind ? throw new ErrorException($text, 0, $kind) : true);

// As Composer does it, by the manifest.
$manifest = json_decode(file_get_contents(__DIR__ . '/../composer.json'), true, 16, JSON_THROW_ON_ERROR);
spl_autoload_register(function (string $class) use ($manifest): void {
    foreach ($manifest['autoload']['psr-4'] as $prefix => $directory) {
        if (str_starts_with($class, $prefix)) {
            require_once __DIR__ . "/../$directory" . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        }
    }
});

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

/** What a service that says who is asking answers; at a level if one is required. */
function ask(Verifier $verifier, array $vector): array
{
    $path = explode('?', $vector['path'])[0];
    $request = new ServerRequest($vector['method'], (new Uri('https://service'))->withPath($path), [], null, '1.1', ['REQUEST_URI' => $vector['path']]);
    foreach ($vector['headers'] as [$name, $value]) {
        $request = $request->withAddedHeader($name, $value);
    }
    $service = new class implements RequestHandlerInterface {
        public function handle(ServerRequestInterface $request): ResponseInterface
        {
            $person = $request->getAttribute(Middleware::PERSON);
            $shown = $person === null ? null : [
                'sub' => $person->sub, 'sid' => $person->sid, 'vot' => $person->vot,
                'email' => $person->claims['email'] ?? null, 'identity' => $person->identity,
            ];
            $response = (new Psr17Factory())->createResponse();
            $response->getBody()->write(json_encode($shown));
            return $response;
        }
    };
    $response = (new Middleware($verifier, new Psr17Factory(), $vector['level'] ?? null))->process($request, $service);
    $body = (string) $response->getBody();
    if ($response->getStatusCode() === 200) {
        $person = json_decode($body, true);
        return $person === null ? ['outcome' => 'anonymous'] : ['outcome' => 'accepted', 'person' => $person];
    }
    $page = $response->getHeaderLine('Content-Type') === 'text/html; charset=utf-8';
    same('no-store', $response->getHeaderLine('Cache-Control'), $vector['path']);
    $page || same('application/problem+json', $response->getHeaderLine('Content-Type'), $vector['path']);
    $reason = $page ? (preg_match('~<code>(\w+)</code>~', $body, $found) ? $found[1] : '') : json_decode($body, true)['reason'];
    return ['outcome' => 'refused', 'reason' => $reason, 'status' => $response->getStatusCode(), 'page' => $page];
}

$read = fn (string $name): array => json_decode(file_get_contents($name), true, 64, JSON_THROW_ON_ERROR);
$shared = $read(__DIR__ . '/../../vectors.json');
$documents = [$shared, ...array_map($read, array_filter(explode(':', getenv('ONE_LOGIN_VECTORS') ?: '')))];

$count = 0;
$parts = array_flip(['outcome', 'reason', 'status', 'page', 'person']);
foreach ($documents as $document) {
    foreach ($document['vectors'] as $vector) {
        $lines = [];
        $keys = fn (): string => json_encode($document['published']['both']);
        $answer = ask(verifier($document, $lines, $keys, fn (): int => $vector['now'], $vector['bound']), $vector);
        same(array_intersect_key($vector, $parts), $answer, $vector['name']);
        same(isset($vector['reason']) ? 1 : 0, count($lines), $vector['name']);
        foreach ($lines as $line) {
            same(true, str_starts_with($line, "one-login-edge: refused: {$vector['reason']}") && !str_contains($line, 'urn:fdc'), $line);
        }
        $count += 1;
    }
}
echo "vectors checked: $count\n";

foreach ($shared['sequences'] as $sequence) {
    $lines = [];
    $fetches = 0;
    $step = null;
    $fetch = function () use (&$step, &$fetches, $shared): string {
        $fetches += 1;
        return $step['published'] === null ? throw new RuntimeException('this is part of the test') : json_encode($shared['published'][$step['published']]);
    };
    $verifier = verifier($shared, $lines, $fetch, function () use (&$step): int {
        return $step['now'];
    });
    foreach ($sequence['steps'] as $step) {
        $lines = [];
        $fetches = 0;
        $answer = ask($verifier, $step);
        $name = "{$sequence['name']}, at {$step['now']}";
        same([$step['outcome'], $step['reason'] ?? null, (int) $step['fetches']], [$answer['outcome'], $answer['reason'] ?? null, $fetches], $name);
        $failed = array_filter($lines, fn (string $line): bool => str_starts_with($line, "one-login-edge: keys_unavailable: {$shared['issuer']}/auth/assertion-jwks.json: "));
        same($step['fetches'] && $step['published'] === null ? 1 : 0, count($failed), $name);
    }
}
unlink(KEYS);
echo "sequences checked\n";

// Keys come over HTTP in the name of this package, and not by way of a redirect.
$edge = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($edge, false);
$child = pcntl_fork();
if ($child === 0) {
    foreach ([1, 2] as $_) {
        $socket = stream_socket_accept($edge, 10);
        $request = '';
        while (!str_ends_with($request, "\r\n\r\n")) {
            $request .= fgets($socket);
        }
        $named = str_contains($request, "\r\nUser-Agent: one-login-edge-origin/1.0.0-rc.1 (php)\r\n");
        fwrite($socket, str_contains($request, '/moved') ? "HTTP/1.1 302 Found\r\nLocation: /keys\r\n" : 'HTTP/1.1 ' . ($named ? 200 : 403) . " x\r\n");
        fwrite($socket, "Connection: close\r\n\r\n{}");
        fclose($socket);
    }
    exit(0);
}
restore_error_handler();
same('{}', KeySet::fetch("http://$address/keys"), 'keys over HTTP');
try {
    KeySet::fetch("http://$address/moved");
    throw new LogicException('a redirect was followed');
} catch (RuntimeException $error) {
    same('the answer is 302', $error->getMessage(), 'a redirect');
}
pcntl_waitpid($child, $status);

try {
    new Middleware($verifier, new Psr17Factory(), 'P2');
    throw new LogicException('P2 is no level');
} catch (InvalidArgumentException $error) {
    echo "passed\n";
}
