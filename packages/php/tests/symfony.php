<?php

/** Runs the shared vectors through the example for Symfony, with the container and the firewall of the framework. */

declare(strict_types=1);

use OneLoginEdge\Person;
use OneLoginEdge\Verifier;
use Symfony\Component\Filesystem\Filesystem;
use Symfony\Component\HttpFoundation\Request;

foreach (['Bundle/FrameworkBundle', 'Bundle/SecurityBundle', 'Component/Routing'] as $part) {
    require_once "Symfony/$part/autoload.php";
}
require_once __DIR__ . '/installed.php';
require_once __DIR__ . '/shared.php';

$home = installed('symfony');
require_once "$home/Kernel.php";

$asked = 0;
$ask = function (Verifier $verifier, array $vector) use (&$asked): array {
    $kernel = new Example\Kernel('prod', false);
    $kernel->boot();
    $kernel->getContainer()->set(Verifier::class, $verifier);
    $level = $vector['level'] ?? null;
    $path = $level === null ? $vector['path'] : "/at/$level";
    $request = new Request([], [], [], [], [], ['REQUEST_METHOD' => $vector['method'], 'REQUEST_URI' => $path, 'HTTP_HOST' => 'service']);
    foreach ($vector['headers'] as [$name, $value]) {
        $request->headers->set($name, $value, false);
    }
    $response = $kernel->handle($request);
    $body = (string) $response->getContent();
    if ($response->getStatusCode() === 200) {
        $person = json_decode($body, true)['person'];
        $body = json_encode($person === null ? null : shown(new Person(...$person)));
    }
    return outcome($response->getStatusCode(), (string) $response->headers->get('Content-Type'), (string) $response->headers->get('Cache-Control'), $body, $vector['name']);
};
$directory = (new Example\Kernel('prod', false))->getCacheDir();
try {
    check($ask);
    // The person is known with no other setting: the verifier is the one of the configuration.
    $kernel = new Example\Kernel('prod', false);
    $kernel->boot();
    same(true, $kernel->getContainer()->get(Verifier::class)->isPublic('/open/page'), 'the configured paths');
} catch (Throwable $error) {
    // Symfony's own handler of errors needs what is removed below.
    echo "$error\n";
    $failed = true;
}
(new Filesystem())->remove([$directory, $home, KEYS]);
exit(isset($failed) ? 1 : 0);
