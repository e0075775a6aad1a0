<?php

/** Composer installs the package into a fresh copy of an example, whose framework is there already. */

declare(strict_types=1);

use Composer\Console\Application;
use Symfony\Component\Console\Input\ArrayInput;
use Symfony\Component\Console\Output\BufferedOutput;
use Symfony\Component\Filesystem\Filesystem;

require_once 'Composer/autoload.php';

/** The directory of the copy, with Composer's autoloader loaded. */
function installed(string $example): string
{
    $home = sys_get_temp_dir() . "/one-login-edge-$example-" . getmypid();
    (new Filesystem())->mirror(__DIR__ . "/../examples/$example", $home);
    $package = ['type' => 'path', 'url' => dirname(__DIR__), 'options' => ['symlink' => false]];
    file_put_contents("$home/composer.json", json_encode([
        'repositories' => [$package, ['packagist.org' => false]],
        'require' => ['one-login-edge/origin' => '*'],
        'minimum-stability' => 'dev',
        // The interfaces of PSR-15 are no part of either framework.
        'replace' => ['psr/http-factory' => '1.0', 'psr/http-message' => '1.0', 'psr/http-server-middleware' => '1.0'],
    ]));
    foreach (['COMPOSER_HOME' => "$home/composer", 'COMPOSER_ALLOW_SUPERUSER' => '1', 'COMPOSER_DISABLE_NETWORK' => '1'] as $name => $value) {
        putenv("$name=$value");
    }
    $composer = new Application();
    $composer->setAutoExit(false);
    $said = new BufferedOutput();
    $input = ['command' => 'install', '--working-dir' => $home, '--no-interaction' => true, '--no-plugins' => true];
    if ($composer->run(new ArrayInput($input), $said) !== 0) {
        throw new RuntimeException($said->fetch());
    }
    require_once "$home/vendor/autoload.php";
    return $home;
}
