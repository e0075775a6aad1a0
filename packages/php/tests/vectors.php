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
require_once __DIR__ . '/shared.php';

// As Composer does it, by the manifest.
$manifest = json_decode(file_get_contents(__DIR__ . '/../composer.json'), true, 16, JSON_THROW_ON_ERROR);
spl_autoload_register(function (string $class) use ($manifest): void {
    foreach ($manifest['autoload']['psr-4'] as $prefix => $directory) {
        $file = __DIR__ . "/../$directory" . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require_once $file;
        }
    }
});

set_error_handler(fn (int $kind, string $text) => error_reporting() & $kind ? throw new ErrorException($text, 0, $kind) : true);

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
            $response = (new Psr17Factory())->createResponse();
            $response->getBody()->write(json_encode(shown($request->getAttribute(Middleware::PERSON))));
            return $response;
        }
    };
    $response = (new Middleware($verifier, new Psr17Factory(), $vector['level'] ?? null))->process($request, $service);
    $headers = [$response->getHeaderLine('Content-Type'), $response->getHeaderLine('Cache-Control')];
    return outcome($response->getStatusCode(), ...$headers, body: (string) $response->getBody(), name: $vector['path']);
}

check(ask(...));

$shared = documents()[0];
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
