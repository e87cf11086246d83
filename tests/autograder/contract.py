"""The exercises that each lesson must have, with their arguments. A `...` leaves the rest open."""

SIGNATURES = {
    "01_neurons": """
        neuron(x, w, b)
        linear_layer(x, W, b)
        sigmoid(z)
        sigmoid_derivative(z)
        relu(z)
        relu_derivative(z)
        tanh_derivative(z)
        softmax(z)
        perceptron(x, w, b)
    """,
    "02_mlp": """
        count_parameters(sizes)
        mlp_forward(x, weights, biases)
        collapse(W1, b1, W2, b2)
    """,
    "03_backprop": """
        neuron_gradients(x, w, b, y)
        dense_backward(dy, x, W)
        mlp_backward(x, y, weights, biases)
        numerical_gradient(f, x, eps)
    """,
    "04_training": """
        mse(y, p)
        binary_cross_entropy(y, p)
        softmax_cross_entropy(y, logits)
        sgd_step(w, g, lr)
        momentum_step(w, g, v, lr, beta)
        adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
        minibatches(n, batch_size, rng)
        stop_epoch(val_losses, patience)
        train_perceptron(x, y, ...)
    """,
    "05_convolution": """
        output_size(i, k, s, p)
        conv1d(x, w, stride)
        conv2d(x, w, b, stride, padding)
        im2col(x, k, stride)
        conv_matrix(w, height, width)
        conv2d_backward(dy, x, w, stride)
        conv_parameters(k, c_in, c_out)
    """,
    "06_cnn": """
        max_pool2d(x, k)
        max_pool2d_backward(dy, x, k)
        receptive_field(layers)
        build_cnn()
    """,
    "07_in_practice": """
        dropout(x, rate, rng)
        batch_norm(x, gamma, beta, eps)
        batch_norm_backward(dy, x, gamma, eps)
        residual_block(x, f)
        clip_by_global_norm(grads, max_norm)
        he_normal(fan_in, shape, rng)
        augment(images, rng)
    """,
    "08_uncertainty": """
        gaussian_nll(y, mu, log_sigma)
        mixture_nll(y, logits, mu, log_sigma)
        decompose(mus, sigmas)
    """,
    "09_autoencoders": """
        conv2d_transpose(x, w, stride)
        encode_decode()
        iou(mask, truth)
    """,
    "10_vae": """
        reparameterize(mu, log_var, eps)
        kl_divergence(mu, log_var)
        vae_loss_gradients(...)
        interpolate(z0, z1, steps)
    """,
    "11_gan": """
        discriminator_loss(real_logits, fake_logits)
        generator_loss(fake_logits)
        gan_step(...)
    """,
    "12_flows": """
        log_prob(x, log_det, base)
        coupling_forward(x, s, t, mask)
        coupling_inverse(...)
    """,
    "13_diffusion": """
        alpha_bar(betas)
        diffuse(x0, t, noise, alpha_bar)
        denoising_loss(...)
        reverse_step(x, t, noise_pred, betas, z)
        score(noise_pred, alpha_bar_t)
    """,
}


def signatures(lesson: str) -> dict[str, tuple[str, ...]]:
    """The arguments of a lesson's exercises by name; an open list ends with "..."."""
    lines = [line.strip().removesuffix(")") for line in SIGNATURES[lesson].strip().splitlines()]
    return {
        name: tuple(argument.strip() for argument in arguments.split(",") if argument.strip())
        for name, _, arguments in (line.partition("(") for line in lines)
    }
