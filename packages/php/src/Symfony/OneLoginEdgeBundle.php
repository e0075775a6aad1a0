<?php

declare(strict_types=1);

namespace OneLoginEdge\Symfony;

use Symfony\Component\DependencyInjection\Extension\ExtensionInterface;
use Symfony\Component\HttpKernel\Bundle\Bundle;

/**
 * Symfony's bundle.
 *
 *     # config/packages/one_login_edge.yaml
 *     one_login_edge:
 *         issuer: https://YOUR-HOST
 *         audience: YOUR-ORIGIN-AUDIENCE
 *         public: ['/', '/assets/*']
 *     security:
 *         firewalls:
 *             main:
 *                 stateless: true
 *                 custom_authenticators: [OneLoginEdge\Symfony\Authenticator]
 *                 entry_point: OneLoginEdge\Symfony\Authenticator
 *                 access_denied_handler: OneLoginEdge\Symfony\Authenticator
 *
 *     $this->getUser()->person->sub
 *     $this->denyAccessUnlessGranted('ROLE_CL_CM_P2');
 */
final class OneLoginEdgeBundle extends Bundle
{
    public function getContainerExtension(): ExtensionInterface
    {
        return new OneLoginEdgeExtension();
    }
}
